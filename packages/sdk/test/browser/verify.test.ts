import { afterEach, describe, expect, it } from 'vitest';
import { describeChecks } from '../verify/checks.ts';
import { describeMemory } from '../verify/memory.ts';
import { describeNewKeys } from '../verify/new-keys.ts';
import { TestLog } from '../verify/test-log.ts';
import { describeTrees } from '../verify/trees.ts';
import { serverOf, verifierOf } from '../verify/verifier-of.ts';

afterEach(() => {
  localStorage.clear();
});

describe('in a page, an entry of the log', () => {
  describeChecks();
});
describe('in a page, a verifier', () => {
  describeMemory();
});
describe('in a page, a new key', () => {
  describeNewKeys();
});
describe('in a page, a tree', () => {
  describeTrees();
});

it('in a page, what was seen is kept in localStorage', async () => {
  const server = serverOf(await TestLog.create(4));
  const fresh = () => verifierOf(server, { storage: undefined, name: 'page' });
  await expect(fresh().verify(server.log.ids[1]!)).resolves.toMatchObject({ firstUse: true });
  expect(localStorage.getItem('ide-assistant:verify:page')).toContain('log.example');
  await server.log.grow(1);
  await expect(fresh().verify(server.log.ids[1]!)).resolves.toMatchObject({
    firstUse: false,
    consistentWith: 4,
  });
  server.log = await server.log.fork(3);
  await expect(fresh().verify(server.log.ids[1]!)).resolves.toMatchObject({ code: 'ROLLBACK' });
  await fresh().forget();
  expect(localStorage).toHaveLength(0);
});
