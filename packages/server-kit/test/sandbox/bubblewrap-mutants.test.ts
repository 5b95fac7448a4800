import { describe, expect, test } from 'vitest';
import { isRoot } from './attack-server.ts';
import { breachWith, mutants } from './mutants.ts';

const tried = Object.entries(mutants).filter(
  ([, { setting }]) => setting === 'unprivileged' || (setting === 'root' && isRoot),
);

describe('with bubblewrap, an attack gets through where', () => {
  test.each(tried)('%s', { timeout: 90_000 }, async (name) => {
    expect(await breachWith(name, ['bubblewrap', 'cgroups'])).toBeTruthy();
  });
});
