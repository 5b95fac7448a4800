import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRoot, runAttacks } from './attack-server.ts';
import { startDaemon, type Daemon } from './docker-support/daemon.ts';
import { importFullImage } from './docker-support/images.ts';
import { mutants } from './mutants.ts';

const all = Object.entries(mutants);
const timeout = 90_000;

async function breachOf(name: string, driver: readonly string[]): Promise<string | null> {
  const { setting, attack } = mutants[name]!;
  const [result] = await runAttacks({
    driver,
    unprivileged: setting === 'unprivileged',
    mutant: name,
    only: [attack],
  });
  return result?.breach ?? null;
}

describe('with bubblewrap, an attack gets through where', () => {
  const tried = all.filter(
    ([, { setting }]) => setting === 'unprivileged' || (setting === 'root' && isRoot),
  );

  test.each(tried)('%s', { timeout }, async (name) => {
    expect(await breachOf(name, ['bubblewrap', 'cgroups'])).toBeTruthy();
  });
});

describe('with Docker, an attack gets through where', () => {
  let daemon: Daemon;
  let image: string;
  beforeAll(async () => {
    daemon = await startDaemon();
    image = await importFullImage(daemon.engine);
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  test.each(all.filter(([, { setting }]) => setting === 'docker'))(
    '%s',
    { timeout },
    async (name) => {
      expect(await breachOf(name, ['docker', daemon.socketPath, image])).toBeTruthy();
    },
  );
});
