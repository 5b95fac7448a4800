import { createPublicKey } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keyIdOf, openAuditLog } from '../../src/verification/index.ts';
import { holdKeys } from '../../src/verification/key-home.ts';
import { knownKeys } from '../../src/verification/known-keys.ts';
import { logPathsIn } from '../../src/verification/log-directory.ts';
import { statement, temporaryDirectory } from './fixtures.ts';

/** What is known of the keys of a log that has changed its key so often; `null` without its JWKS. */
async function knownAfter(changes: number, jwks: 'kept' | 'lost') {
  const directory = await temporaryDirectory();
  const log = await openAuditLog({ directory });
  await log.append(statement());
  for (let change = 0; change < changes; change += 1) await log.rotateKey();
  const all = log.publicJwks.keys.map((key) => keyIdOf(createPublicKey({ key, format: 'jwk' })));
  await log.close();
  const paths = logPathsIn(directory);
  if (jwks === 'lost') await rm(join(directory, 'jwks.json'));
  await using reader = await open(paths.log, 'r');
  const known = await knownKeys({ reader, paths, held: await holdKeys(paths, {}) });
  return { all, known: known.map(keyIdOf) };
}

test('all keys of a log are known, its first one first', async () => {
  const { all, known } = await knownAfter(3, 'kept');
  expect(known[0]).toBe(all[0]);
  expect(known.toSorted()).toEqual(all.toSorted());
});

test('of many keys that a log names no more than 32 are tried, and the one at hand', async () => {
  const { all, known } = await knownAfter(40, 'lost');
  // Each change names the key before and the one after.
  expect(known).toEqual([...all.slice(0, 17), all.at(-1)]);
});

test('of many keys that a log has published no more than 32 are tried, and those that it names', async () => {
  const { all, known } = await knownAfter(40, 'kept');
  expect(known).toEqual([...all.slice(0, 32), all.at(-1)]);
});
