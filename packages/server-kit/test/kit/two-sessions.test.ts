import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RawClient } from '../support/raw-client.ts';
import { servers, startHostApp, type HostApp } from './isolation/host-app.ts';

const program = readFileSync(new URL('isolation/neighbour.py', import.meta.url), 'utf8');

/** What neighbour.py is told of the session whose marks it leaves or reaches for. */
interface About {
  task: 'keep' | 'look';
  session: string;
  /** Host path of its workspace. */
  workspace: string;
  mark: string;
  /** Of its server on the loopback. */
  port: number;
  /** Of its shared memory and messages. */
  key: number;
  /** Ids that its processes have on the host. */
  processes: readonly number[];
  /** What each process that can be reached is sent; 0 asks whether it can be. */
  signal: number;
  /** Written into every terminal that is found. */
  writer: string;
}

/** Every kind of mark. */
const kinds = [
  ...['abstract-socket', 'file', 'message-queue', 'nameless-file', 'process', 'process-list'],
  ...['shared-memory', 'socket', 'tcp', 'temporary-file'],
];

/** A user with a program and a terminal, of which the program has left its marks. */
interface Neighbour {
  name: string;
  client: RawClient;
  about: About;
  /** Kinds of its own marks that a child of that program has reached. */
  reachedByItself: readonly string[];
  terminalId: string;
}

async function settle(app: HostApp, name: string): Promise<Neighbour> {
  const client = await app.join(name);
  const about: About = {
    ...{ task: 'keep', session: name, workspace: app.workspaceOf(name) },
    mark: `mark-${randomBytes(8).toString('hex')}`,
    ...{ port: randomInt(20_000, 30_000), key: randomInt(1, 0x7fff_ffff) },
    ...{ processes: [], signal: 0, writer: '' },
  };
  const run = { type: 'code_execute', request_id: 'keep', language: 'python', code: program };
  client.send({ ...run, stdin: JSON.stringify(about) });
  const printed = () => textOf(client, 'execution_output');
  await expect.poll(printed, { timeout: 20_000 }).toMatch(/^LOOKED$/m);
  const { terminal_id } = await client.ask({ type: 'terminal_open', cols: 200, rows: 50 });
  return {
    ...{ name, client, terminalId: terminal_id as string, reachedByItself: reached(printed()) },
    about: { ...about, task: 'look', processes: processesWith(app.workspaceOf(name)) },
  };
}

function textOf({ messages }: RawClient, event: string): string {
  return messages
    .filter(({ type }) => type === event)
    .map(({ output }) => String(output))
    .join('')
    .replaceAll('\r', '\n');
}

/** Kinds of which a mark was reached. */
function reached(printed: string): string[] {
  const found = [...printed.matchAll(/^GOT (\S+)$/gm)].map(([, kind]) => kind ?? '');
  return [...new Set(found)].toSorted();
}

/** Processes of this machine that have a directory mounted. */
function processesWith(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(`${directory} /workspace`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** What a user can reach for marks by; each gives what was printed. */
const ways: Record<string, (client: RawClient, about: About) => Promise<string>> = {
  async 'a program'(client, about) {
    const run = { type: 'code_execute', language: 'python', code: program };
    return String((await client.ask({ ...run, stdin: JSON.stringify(about) }))['stdout']);
  },

  async 'a command'(client, about) {
    const result = await client.ask({
      ...{ type: 'terminal_command', cwd: '' },
      command: await lineFor(client, about),
    });
    return String(result['output']);
  },

  async 'a terminal'(client, about) {
    const { terminal_id } = await client.ask({ type: 'terminal_open', cols: 200, rows: 50 });
    const data = `${await lineFor(client, about)}\r`;
    await client.ask({ type: 'terminal_input', terminal_id, data });
    const shown = () =>
      textOf(
        {
          ...client,
          messages: client.messages.filter((one) => one['terminal_id'] === terminal_id),
        },
        'terminal_output',
      );
    await expect.poll(shown, { timeout: 20_000 }).toMatch(/^LOOKED$/m);
    await client.ask({ type: 'terminal_close', terminal_id });
    return shown();
  },
};

/** Puts the program and what it is told into the workspace; gives the line that runs it. */
async function lineFor(client: RawClient, about: About): Promise<string> {
  await client.ask({ type: 'file_save', path: 'look.py', content: program });
  await client.ask({ type: 'file_save', path: 'about.json', content: JSON.stringify(about) });
  return 'python3 look.py < about.json';
}

/** Whether a program and a terminal are as they were, and show nothing that another has written. */
async function expectUndisturbed({ client, terminalId }: Neighbour, writer: string): Promise<void> {
  const word = randomUUID();
  const data = `echo "${word.slice(0, 8)}""${word.slice(8)}" > /dev/tty\r`;
  await client.ask({ type: 'terminal_input', terminal_id: terminalId, data });
  await expect.poll(() => textOf(client, 'terminal_output')).toContain(word);
  expect(textOf(client, 'terminal_output')).not.toContain(writer);
  expect(client.messages.filter(({ request_id }) => request_id === 'keep').at(-1)).toMatchObject({
    type: 'execution_output',
  });
}

describe.each(servers)('of two users of $server', ({ unprivileged }) => {
  test('neither reaches anything of the other, which each reaches of his own', async () => {
    const app = await startHostApp({ unprivileged, limits: { executionMs: 100_000 } });
    const [ada, ben] = [await settle(app, 'ada'), await settle(app, 'ben')];
    for (const [me, other] of [
      [ada, ben],
      [ben, ada],
    ] as const) {
      expect(me.reachedByItself).toEqual(kinds);
      for (const [way, look] of Object.entries(ways)) {
        for (const signal of [0, 9]) {
          const writer = randomUUID();
          const printed = await look(me.client, { ...other.about, signal, writer });
          expect({ way, reached: reached(printed) }).toEqual({ way, reached: [] });
          expect(printed).toMatch(/^LOOKED$/m);
          await expectUndisturbed(other, writer);
        }
      }
    }
  }, 60_000);

  test('another run of the same one finds his files, a socket among them, and nothing else', async () => {
    const app = await startHostApp({ unprivileged, limits: { executionMs: 100_000 } });
    const { client, about } = await settle(app, 'ada');
    for (const [way, look] of Object.entries(ways)) {
      const printed = await look(client, about);
      expect({ way, reached: reached(printed) }).toEqual({ way, reached: ['file', 'socket'] });
    }
  });
});
