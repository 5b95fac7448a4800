import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import { servers, startHostApp, type HostApp } from './isolation/host-app.ts';
import { openSettlingClient, type SettlingClient } from './isolation/settling-client.ts';

const attacker = readFileSync(new URL('isolation/swap.py', import.meta.url), 'utf8');

const inFlight = 32;

interface Attack {
  app: HostApp;
  client: RawClient;
  /** Host path of the workspace. */
  root: string;
  /** Directory of the host to which the attacker's links lead. */
  outside: string;
  canary: string;
  /** Stops the attacker and tells how often it swapped each pair. */
  end: () => Promise<Record<string, number>>;
}

/** Starts a program in the sandbox that swaps what requests are sent for. */
async function startAttack(unprivileged: boolean): Promise<Attack> {
  const app = await startHostApp({ unprivileged, limits: { executionMs: 110_000 } });
  const client = await app.join('mine');
  const canary = `canary-${randomUUID()}`;
  const outside = plantOutside(app, canary);
  const running = client.ask({
    ...{ type: 'code_execute', request_id: 'attack', language: 'python', code: attacker },
    args: [outside],
  });
  await client.next(({ output }) => String(output).startsWith('begun'));
  return {
    ...{ app, client, outside, canary, root: app.workspaceOf('mine') },
    async end() {
      await client.ask({ type: 'file_create', path: 'stop' });
      const reply = await running;
      const [, counts = ''] = /^(\{.*\})$/m.exec(String(reply['stdout'])) ?? [];
      if (counts === '') throw new Error(`The attacker failed: ${JSON.stringify(reply)}`);
      return JSON.parse(counts) as Record<string, number>;
    },
  };
}

/** Makes what the links lead to. Everybody may change it, so that nothing else keeps it as it is. */
function plantOutside({ directory }: HostApp, canary: string): string {
  const outside = join(directory, 'outside');
  const { uid, gid } = statSync(directory);
  for (const path of [outside, join(outside, 'd')]) {
    mkdirSync(path);
    chownSync(path, uid, gid);
    chmodSync(path, 0o777);
    writeFileSync(join(path, 'file.txt'), canary);
    chownSync(join(path, 'file.txt'), uid, gid);
    chmodSync(join(path, 'file.txt'), 0o666);
  }
  return outside;
}

/** All that could be changed outside. */
async function stateOf(outside: string): Promise<unknown> {
  const names = await readdir(outside, { recursive: true });
  return [outside, ...names.toSorted().map((name) => join(outside, name))].map((path) => {
    const { mode, uid, gid, ino, nlink, mtimeMs } = lstatSync(path);
    const content = lstatSync(path).isFile() ? readFileSync(path, 'utf8') : null;
    return { path, content, mode, uid, gid, ino, nlink, mtimeMs };
  });
}

const files = ['directory/file.txt', 'parent/d/file.txt', 'linked', 'piped', 'shared', 'either'];
const directories = ['directory', 'parent/d', 'parent', 'either', 'directory-bait', 'piped'];
const fresh = ['directory/new', 'parent/d/new', 'new'];

/** The kinds of request that are sent, each for its turn's number. */
const requests: readonly ((turn: number) => object)[] = [
  (turn) => ({ type: 'file_open', path: pick(files, turn) }),
  (turn) => ({ type: 'file_save', path: pick(files, turn), content: 'saved' }),
  (turn) => ({ type: 'file_open', path: `${pick(directories, turn)}/file.txt` }),
  (turn) => ({ type: 'file_create', path: `${pick(fresh, turn)}-${turn}`, content: 'created' }),
  (turn) => ({ type: 'file_open', path: `${pick(files, turn)}`, encoding: 'base64' }),
  (turn) => ({ type: 'file_create', path: `${pick(fresh, turn)}-${turn}/d`, kind: 'directory' }),
  (turn) => ({ type: 'file_save', path: `${pick(directories, turn)}/file.txt`, content: 'saved' }),
  (turn) => ({
    ...{ type: 'file_rename', old_path: pick(files, turn) },
    new_path: `${pick(fresh, turn + 1)}-${turn}`,
  }),
  (turn) => ({
    ...{ type: 'file_rename', old_path: pick(directories, turn) },
    new_path: `${pick(fresh, turn)}-${turn}`,
  }),
  (turn) => ({ type: 'file_delete', path: pick(files, turn) }),
  (turn) => ({ type: 'file_delete', path: pick(directories, turn), recursive: true }),
];

function pick(from: readonly string[], turn: number): string {
  // By another step than the requests', so that each meets each.
  return from[Math.floor(turn / requests.length) % from.length] ?? '';
}

/** Every request is answered by its result or by one of these. */
const refusals = [
  ...['not_found', 'already_exists', 'path_outside_workspace', 'not_a_file', 'not_a_directory'],
  ...['invalid_message', 'conflict', 'unavailable'],
];
const results = ['file_opened', 'file_saved', 'file_created', 'file_renamed', 'file_deleted'];

/** Sends so many requests, some side by side, and counts how they ended. */
async function sendAll({ settle }: SettlingClient, count: number): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  let turn = 0;
  const sendOn = async (): Promise<void> => {
    while (turn < count) {
      const request = requests[turn % requests.length]?.(turn++) ?? {};
      const { type, code } = await settle(request);
      const outcome = type === 'error' ? String(code) : type;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, sendOn));
  return outcomes;
}

/** Users to whom what lies below a directory belongs, links not followed. */
function ownersBelow(directory: string): Set<number> {
  const lines = execFileSync('find', [directory, '-printf', '%U\n'], { encoding: 'utf8' });
  return new Set(lines.trim().split('\n').map(Number));
}

/** The server that could do the most harm. */
const strongest = servers.at(-1) ?? { unprivileged: true };

test('a path that is checked and then opened is led outside by a program that swaps it', async () => {
  const { root, canary, end } = await startAttack(strongest.unprivileged);
  const path = join(root, 'directory', 'file.txt');
  let leaks = 0;
  for (let tries = 0; leaks === 0 && tries < 500; tries++) {
    const attempts = Array.from({ length: 100 }, async () => {
      const actual = await realpath(path);
      if (!actual.startsWith(`${root}/`)) return;
      if ((await readFile(path, 'utf8')) === canary) leaks += 1;
    });
    await Promise.allSettled(attempts);
  }
  await end();
  expect(leaks).toBeGreaterThan(0);
});

describe.each(servers)('no request to $server', ({ unprivileged }) => {
  test('is led outside by such a program, or hangs', { timeout: 120_000 }, async () => {
    const { app, root, outside, canary, end } = await startAttack(unprivileged);
    const asBase64 = Buffer.from(canary).toString('base64');
    const client = await openSettlingClient(app, 'mine', [canary, asBase64]);
    const before = await stateOf(outside);
    const outcomes = await sendAll(client, 3_000);
    const swaps = await end();

    expect(client.leaks).toEqual([]);
    expect(await stateOf(outside)).toEqual(before);
    expect([...results, ...refusals]).toEqual(expect.arrayContaining([...outcomes.keys()]));
    for (const result of results) expect(outcomes.get(result), result).toBeGreaterThan(20);
    expect(ownersBelow(root)).toEqual(new Set([statSync(root).uid]));
    for (const [pair, count] of Object.entries(swaps)) expect(count, pair).toBeGreaterThan(1_000);
  });
});

test('a tree of 5,000 levels is deleted whole', async () => {
  const app = await startHostApp(strongest);
  const { settle } = await openSettlingClient(app, 'mine', []);
  await settle({ type: 'file_create', path: 'first' });
  const root = app.workspaceOf('mine');
  const { uid, gid } = statSync(root);
  // Not in the sandbox, which ends a run as soon as it sees more levels than a path can name.
  execFileSync('python3', ['-c', deepTree], { cwd: root, uid, gid });
  const deleted = await settle({ type: 'file_delete', path: 'deep', recursive: true });
  expect(deleted).toMatchObject({ type: 'file_deleted' });
  expect(await readdir(root)).toEqual(['first']);
}, 120_000);

const deepTree = `import os
for level in range(5000):
    os.mkdir("deep")
    os.chdir("deep")
    if level % 50 == 0:
        open("file", "w").close()
        os.symlink("/", "link")`;
