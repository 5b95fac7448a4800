import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attacks } from './attacks.ts';

const runner = fileURLToPath(new URL('./attack-runner.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const unprivilegedUid = 31_337;

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/**
 * Another user may not be able to walk to this repository, as below /root, so it is bound to where
 * he can, in a mount namespace of its own.
 */
const withoutPrivileges = [
  ...['unshare', '--mount', '--propagation', 'private', '--'],
  ...['/bin/sh', '-c', 'mount --bind "$0" /mnt && cd /mnt && exec "$@"', repository],
  ...[
    'setpriv',
    `--reuid=${unprivilegedUid}`,
    `--regid=${unprivilegedUid}`,
    '--clear-groups',
    '--',
  ],
];

interface Probe {
  usable?: boolean;
  reason?: string;
  fix?: string;
}

interface Result {
  name: string;
  breach: string | null;
}

interface Mode {
  name: string;
  cgroups: boolean;
  unprivileged: boolean;
}

const modes: readonly Mode[] = [
  { name: 'a server without privileges', cgroups: true, unprivileged: true },
  ...(isRoot
    ? [
        { name: 'a server that is root, with control groups', cgroups: true, unprivileged: false },
        { name: 'a server that is root, without them', cgroups: false, unprivileged: false },
      ]
    : []),
];

describe.each(modes)('in $name', ({ cgroups, unprivileged }) => {
  const secret = 'a-secret-of-the-server';
  const breaches = new Map<string, string | null>();
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'inherited-'));
    const file = join(directory, 'file');
    writeFileSync(file, secret);
    const inherited = openSync(file, 'r');
    const { probe, results, stderr } = await runAttacks(inherited);
    closeSync(inherited);
    if (probe.usable !== true) {
      throw new Error(`These tests need bubblewrap. ${probe.reason} ${probe.fix} ${stderr}`);
    }
    for (const { name, breach } of results) breaches.set(name, breach);
  }, 120_000);

  afterAll(() => rmSync(directory, { recursive: true }));

  test.each(attacks)('holds against a program that $name', ({ name }) => {
    expect(breaches.get(name)).toBeNull();
  });

  async function runAttacks(inherited: number) {
    const drop = isRoot && unprivileged;
    const place = (path: string) => (drop ? path.replace(repository, '/mnt/') : path);
    const [program = '', ...args] = [
      ...(drop ? withoutPrivileges : []),
      place(process.execPath),
      '--conditions=ide-assistant-source',
      place(runner),
      cgroups ? 'cgroups' : 'none',
      secret,
    ];
    // Far beyond a gap, where Node does not mark what it was started with.
    const stdio: ('ignore' | 'pipe' | number)[] = Array.from({ length: 201 }, () => 'ignore');
    stdio.splice(1, 2, 'pipe', 'pipe');
    stdio[200] = inherited;
    const child = spawn(program, args, { stdio, env: { PATH: '/usr/bin', SECRET_TOKEN: secret } });
    const [out, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    const [probe, ...results] = out.split('\n').filter(Boolean);
    return {
      probe: JSON.parse(probe ?? '{}') as Probe,
      results: results.map((line) => JSON.parse(line) as Result),
      stderr,
    };
  }
});
