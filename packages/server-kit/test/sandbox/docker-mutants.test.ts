import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type Daemon } from './docker-support/daemon.ts';
import { importFullImage } from './docker-support/images.ts';
import { breachWith, mutants } from './mutants.ts';

const tried = Object.entries(mutants).filter(([, { setting }]) => setting === 'docker');

describe('with Docker, an attack gets through where', () => {
  let daemon: Daemon;
  let image: string;
  beforeAll(async () => {
    daemon = await startDaemon();
    image = await importFullImage(daemon.engine);
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  test.each(tried)('%s', { timeout: 90_000 }, async (name) => {
    expect(await breachWith(name, ['docker', daemon.socketPath, image])).toBeTruthy();
  });
});
