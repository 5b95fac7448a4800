import { beforeAll, describe, expect, test } from 'vitest';
import { isRoot, runAttacks } from './attack-server.ts';
import { attacks } from './attacks.ts';
import { startDaemon } from './docker-support/daemon.ts';
import { importFullImage } from './docker-support/images.ts';

interface Setting {
  name: string;
  unprivileged: boolean;
  /** Name of the driver and what it needs; and the end of that. */
  prepare: () => Promise<{ driver: readonly string[] } & AsyncDisposable>;
}

const withBubblewrap = (cgroups: 'cgroups' | 'none') => async () => ({
  driver: ['bubblewrap', cgroups],
  [Symbol.asyncDispose]: () => Promise.resolve(),
});

async function withDocker() {
  const daemon = await startDaemon();
  const image = await importFullImage(daemon.engine);
  return {
    driver: ['docker', daemon.socketPath, image],
    [Symbol.asyncDispose]: () => Promise.resolve(daemon[Symbol.asyncDispose]()),
  };
}

const settings: readonly Setting[] = [
  {
    name: 'a server without privileges',
    unprivileged: true,
    prepare: withBubblewrap('cgroups'),
  },
  ...(isRoot
    ? [
        {
          name: 'a server that is root, with control groups',
          unprivileged: false,
          prepare: withBubblewrap('cgroups'),
        },
        {
          name: 'a server that is root, without them',
          unprivileged: false,
          prepare: withBubblewrap('none'),
        },
      ]
    : []),
  { name: 'a server that uses Docker', unprivileged: false, prepare: withDocker },
];

describe.each(settings)('in $name', ({ unprivileged, prepare }) => {
  const breaches = new Map<string, string | null>();

  beforeAll(async () => {
    await using prepared = await prepare();
    const results = await runAttacks({ driver: prepared.driver, unprivileged });
    for (const { name, breach } of results) breaches.set(name, breach);
  }, 180_000);

  test.each(attacks)('holds against a program that $name', ({ name }) => {
    expect(breaches.get(name)).toBeNull();
  });
});
