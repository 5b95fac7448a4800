import { describe, expect, test } from 'vitest';
import { isRoot } from './attack-server.ts';
import { breachWith, mutants } from './mutants.ts';

const tried = Object.entries(mutants).filter(
  ([, { setting }]) => setting === 'unprivileged' || (setting === 'root' && isRoot),
);

async function getsThrough(name: string): Promise<void> {
  expect(await breachWith(name, ['bubblewrap', 'cgroups'])).toBeTruthy();
}

describe('with bubblewrap, an attack gets through where', () => {
  const [waiting = [], working = []] = [true, undefined].map((waits) =>
    tried.filter(([, mutant]) => mutant.waits === waits).map(([name]) => name),
  );
  test.concurrent.each(waiting)('%s', { timeout: 90_000 }, getsThrough);
  test.each(working)('%s', { timeout: 90_000 }, getsThrough);
});
