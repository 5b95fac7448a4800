import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('./attack-runner.ts', import.meta.url));
const preload = fileURLToPath(new URL('./mutate-sandbox.ts', import.meta.url));
const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const unprivilegedUid = 31_337;
const compileCache = process.env['NODE_COMPILE_CACHE'];

/** Whether a server can be tried with privileges and without. */
export const isRoot = process.getuid?.() === 0;

/**
 * Another user may not be able to walk to this repository, as below /root, so it is bound to where
 * he can, in a mount namespace of its own.
 */
const withoutPrivileges = [
  ...['unshare', '--mount', '--propagation', 'private', '--'],
  ...['/bin/sh', '-c', 'mount --bind "$0" /mnt && cd /mnt && exec "$@"', repository],
  ...['setpriv', `--reuid=${unprivilegedUid}`, `--regid=${unprivilegedUid}`],
  ...['--clear-groups', '--'],
];

/** What became of one attack. */
export interface AttackResult {
  name: string;
  /** What got through, or null. */
  breach: string | null;
}

/** What {@link runAttacks} needs. */
export interface AttackServer {
  /** Name of the driver and what it needs, as the runner takes them. */
  driver: readonly string[];
  /** Whether the server is a user like any other. */
  unprivileged: boolean;
  /** A protection that is switched off. @default none */
  mutant?: string;
  /** Names of attacks. @default all */
  only?: readonly string[];
}

/**
 * Runs attacks in a server of its own, which has a secret in its environment and in a descriptor
 * that it inherited.
 * @throws when the driver does not work here, naming what is missing.
 */
export async function runAttacks({
  driver,
  unprivileged,
  mutant,
  only,
}: AttackServer): Promise<AttackResult[]> {
  const secret = 'a-secret-of-the-server';
  const directory = mkdtempSync(join(tmpdir(), 'inherited-'));
  writeFileSync(join(directory, 'file'), secret);
  const inherited = openSync(join(directory, 'file'), 'r');
  try {
    const drop = isRoot && unprivileged;
    const place = (path: string) => (drop ? path.replace(repository, '/mnt/') : path);
    const [program = '', ...args] = [
      ...(drop ? withoutPrivileges : []),
      place(process.execPath),
      '--conditions=ide-assistant-source',
      ...(mutant === undefined ? [] : ['--import', place(preload)]),
      place(runner),
      secret,
      ...driver,
    ];
    // Far beyond a gap, where Node does not mark what it was started with.
    const stdio: ('ignore' | 'pipe' | number)[] = Array.from({ length: 201 }, () => 'ignore');
    stdio.splice(1, 2, 'pipe', 'pipe');
    stdio[200] = inherited;
    const child = spawn(program, args, {
      stdio,
      env: {
        PATH: '/usr/bin:/bin',
        SECRET_TOKEN: secret,
        // Where one is set, compiled code is kept for the next server; another user may not write there.
        ...(!drop && compileCache !== undefined && { NODE_COMPILE_CACHE: compileCache }),
        ...(mutant !== undefined && { IDE_MUTANT: mutant }),
        ...(only && { IDE_ATTACKS: only.join(';') }),
      },
    });
    const [out, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
    const [probe = {}, ...results] = out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object);
    const { usable, reason, fix } = probe as { usable?: boolean; reason?: string; fix?: string };
    if (usable === true) return results as AttackResult[];
    throw new Error(`These tests need ${driver[0]}. ${reason} ${fix} ${stderr}`);
  } finally {
    closeSync(inherited);
    rmSync(directory, { recursive: true });
  }
}
