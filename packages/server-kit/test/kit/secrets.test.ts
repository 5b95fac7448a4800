import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import { servers, startHostApp, type HostApp } from './isolation/host-app.ts';
import {
  searchEnd,
  searchProgram,
  searchResult,
  type SearchResult,
  type SearchScope,
} from './isolation/search.ts';

/** Where secrets of the host's app and of another user lie, and where a search of the host meets them. */
const places = {
  environment: /^\/proc\/\d+\/environ$/,
  arguments: /^\/proc\/\d+\/cmdline$/,
  memory: /^\/proc\/\d+\/mem$/,
  'inherited-file': /^\/proc\/\d+\/fd\/200$/,
  'opened-file': /^\/proc\/\d+\/fd\/\d+$/,
  'data-file': /\/data\/credentials\.json$/,
  'temporary-file': /\/tmp\/of-the-app$/,
  'shared-file': /^\/dev\/shm\//,
  'shared-memory': /^shared memory$/,
  'message-queue': /^message queue$/,
  'keyring-name': /^\/proc\/keys$/,
  'session-key': /^keyring$/,
  'user-key': /^keyring$/,
  'http-answer': /^port$/,
  'socket-answer': /\/run\/host\.sock$/,
  'abstract-socket': /^\/proc\/net\/unix$/,
  'chat-of-another': /\/data\/store\/store\.sqlite/,
  'file-of-another': /\/workspaces\/theirs\/note\.txt$/,
  'temporary-file-of-another': /^\/proc\/\d+\/root\/tmp\/note$/,
  'program-of-another': /\/main\.py$/,
} as const satisfies Record<string, RegExp>;

type Place = keyof typeof places;

const placeNames = Object.keys(places) as Place[];
const inherited = 200;
const planter = fileURLToPath(new URL('isolation/plant.py', import.meta.url));

interface Planted {
  app: HostApp;
  scope: SearchScope;
  /** Of the user who searches. */
  client: RawClient;
}

/** Starts an app with a secret in each place. */
async function plantSecrets(unprivileged: boolean): Promise<Planted> {
  const prefix = `canary-${randomBytes(6).toString('hex')}-`;
  const secrets = Object.fromEntries(placeNames.map((place) => [place, prefix + place])) as Record<
    Place,
    string
  >;
  const app = await startHostApp({
    unprivileged,
    launcher: (directory) => [
      ...['/usr/bin/python3', '-B', planter],
      ...[JSON.stringify(secrets), `${inherited}`, directory],
    ],
    secrets,
    environment: { SECRET_TOKEN: secrets.environment },
    args: [`--token=${secrets.arguments}`],
    limits: { executionMs: 60_000 },
  });

  const them = await app.join('theirs');
  await them.ask({ type: 'file_save', path: 'note.txt', content: secrets['file-of-another'] });
  await them.ask({ type: 'chat', message: secrets['chat-of-another'] });
  them.send({
    ...{ type: 'code_execute', request_id: 'run', language: 'python' },
    code: `import time
# ${secrets['program-of-another']}
open("/tmp/note", "w").write(input())
print("written", flush=True)
time.sleep(60)`,
    stdin: secrets['temporary-file-of-another'],
  });
  await them.next(({ output }) => String(output).startsWith('written'));

  const key = join(app.directory, 'data', 'audit', 'key.pem');
  const [, lineOfKey = ''] = readFileSync(key, 'utf8').split('\n');
  return {
    app,
    client: await app.join('mine'),
    scope: {
      prefix: Buffer.from(prefix).toString('hex'),
      // The longer names first, since one begins like another.
      places: placeNames.toSorted((a, b) => b.length - a.length),
      texts: [Buffer.from(lineOfKey).toString('hex')],
      roots: ['/'],
      everything: true,
      processes: [],
      guesses: [
        ...[key, join(app.workspaceOf('theirs'), 'note.txt'), `/proc/${app.pid}/environ`],
        `/dev/shm/${basename(app.directory)}`,
      ],
      ports: [app.port, app.openPort],
      sockets: [join(app.directory, 'run', 'host.sock')],
    },
  };
}

/** What a user can run the search by. */
const ways: Record<string, (planted: Planted) => Promise<string>> = {
  'a program': runProgram,

  async 'a program in an interpreter that was started ahead'(planted) {
    const ask = () =>
      planted.client.ask({ type: 'code_execute', language: 'python', code: 'print(1)' });
    await ask();
    return runProgram(planted);
  },

  async 'a command'({ client, scope }) {
    await client.ask({ type: 'file_save', path: 'search.py', content: searchProgram });
    const command = `python3 search.py '${JSON.stringify(scope)}'; exit $?`;
    const result = await client.ask({ type: 'terminal_command', command, timeout_ms: 60_000 });
    return String(result['output']);
  },

  async 'a terminal'({ client, scope }) {
    await client.ask({ type: 'file_save', path: 'search.py', content: searchProgram });
    await client.ask({ type: 'file_save', path: 'scope.json', content: JSON.stringify(scope) });
    const { terminal_id } = await client.ask({ type: 'terminal_open', cols: 200, rows: 50 });
    const data = 'python3 search.py "$(cat scope.json)"\r';
    await client.ask({ type: 'terminal_input', terminal_id, data });
    const shown = () =>
      client.messages
        .filter((message) => message['terminal_id'] === terminal_id)
        .map(({ output = '' }) => String(output))
        .join('')
        // The shell goes back to the start of a line before it prints what a program prints.
        .replaceAll('\r', '\n');
    await expect.poll(shown, { timeout: 60_000 }).toMatch(searchEnd);
    return shown();
  },
};

async function runProgram({ client, scope }: Planted): Promise<string> {
  const args = [JSON.stringify(scope)];
  const run = { type: 'code_execute', language: 'python', code: searchProgram, args };
  const { stdout, stderr } = await client.ask(run);
  return `${String(stdout)}${String(stderr)}`;
}

/** The same search by a plain child of the app, where the secrets are. */
async function searchOutside({ app, scope }: Planted): Promise<SearchResult> {
  const outside: SearchScope = {
    ...scope,
    // Not the whole machine, which others use as well.
    ...{ everything: false, roots: [app.directory], processes: await familyOf(app) },
  };
  const words = ['-B', '-c', searchProgram, JSON.stringify(outside)];
  return searchResult(await app.runOutside('/usr/bin/python3', ...words));
}

/** The app's process and all that were started by it. */
async function familyOf({ pid, runOutside }: HostApp): Promise<number[]> {
  const table = await runOutside('/bin/ps', '-eo', 'pid=,ppid=', '--sort=start_time');
  const family = new Set([pid]);
  for (const line of table.trim().split('\n')) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    if (family.has(parent)) family.add(child);
  }
  return [...family];
}

describe.each(servers)('from $server', ({ unprivileged }) => {
  test('nothing that a user can run finds a secret, while the same search outside finds each', async () => {
    const planted = await plantSecrets(unprivileged);
    for (const [way, search] of Object.entries(ways)) {
      const { found, devices, counts } = searchResult(await search(planted));
      expect({ way, found, devices }).toEqual({ way, found: {}, devices: [] });
      expect(counts.skipped).toEqual(['/proc', '/sys', '/usr']);
      expect(counts.files).toBeGreaterThan(100);
      expect(counts.processes).toBeGreaterThan(1);
    }

    const outside = await searchOutside(planted);
    for (const [place, where] of Object.entries(places)) {
      expect(outside.found[place], place).toContainEqual(expect.stringMatching(where));
    }
    expect(outside.found['text']).toContainEqual(expect.stringMatching(/\/key\.pem$/));
  }, 120_000);
});
