import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/index.ts';
import { attachTerminal, openTerminal } from '../../src/terminal/index.ts';
import { createFakeServer, type FakeReplies } from '../../src/testing/index.ts';

const screen = { cols: 80, rows: 24 };
const closed = { exit_code: 0, signal: null, reason: 'exit' } as const;

/** A client on a server in memory that has one terminal, `t1`, and what a terminal shows. */
function stage(replies: FakeReplies = {}) {
  const typed: string[] = [];
  const server = createFakeServer({
    replies: {
      terminal_open: () => ({ terminal_id: 't1' }),
      terminal_input: ({ terminal_id, data }) => {
        typed.push(data);
        return { terminal_id };
      },
      terminal_resize: ({ terminal_id, cols, rows }) => {
        typed.push(`${cols}x${rows}`);
        return { terminal_id };
      },
      terminal_close: ({ terminal_id }) => ({ terminal_id }),
      ...replies,
    },
  });
  const client = createClient({
    ...{ url: 'ws://host/ide/ws', WebSocket: server.WebSocket, random: () => 0 },
  });
  const shown: string[] = [];
  const errors: string[] = [];
  const listeners = {
    onOutput: (text: string) => void shown.push(text),
    onError: ({ code }: { code: string }) => void errors.push(code),
  };
  const open = () => openTerminal(client, { ...screen, ...listeners });
  const show = (output: string, terminal_id = 't1') =>
    server.emit('terminal_output', { terminal_id, output });
  const said = (type: string) => server.received.filter((message) => message.type === type);
  return { server, client, open, show, shown, errors, typed, listeners, said };
}

const notFound = () => {
  throw Object.assign(new Error('gone'), { code: 'not_found' });
};

describe('a terminal', () => {
  it('is opened, typed into, resized and closed', async () => {
    const { open, show, shown, typed, said } = stage();
    const terminal = await open();
    expect(terminal.id).toBe('t1');
    expect(said('terminal_open')).toMatchObject([screen]);
    terminal.write('ls');
    terminal.resize(100, 30);
    terminal.write('\r');
    await expect.poll(() => typed).toEqual(['ls', '100x30', '\r']);
    show('app.py\r\n');
    show('of another', 't2');
    await expect.poll(() => shown).toEqual(['app.py\r\n']);
    await terminal.close();
    expect(said('terminal_close')).toMatchObject([{ terminal_id: 't1' }]);
  });

  it('shows also what came before it had a name', async () => {
    const { server, open, shown } = stage({
      terminal_open(_input, { requestId }) {
        server.emit('terminal_output', { terminal_id: 't1', output: '~$ ' }, requestId);
        return { terminal_id: 't1' };
      },
    });
    await open();
    expect(shown).toEqual(['~$ ']);
  });

  it('types a long text in pieces that a server takes, and breaks no character', async () => {
    const { open, typed } = stage();
    const terminal = await open();
    const text = 'x' + '🦆'.repeat(40_000);
    terminal.write(text);
    terminal.write('');
    await expect.poll(() => typed.join('').length).toBe(text.length);
    expect(typed.join('')).toBe(text);
    expect(typed.length).toBe(3);
    for (const piece of typed) {
      expect(new TextEncoder().encode(piece).length).toBeLessThanOrEqual(65_536);
      expect(piece).not.toMatch(/\p{Surrogate}/u);
    }
  });

  it('tells how it ended, once, and is not heard any more', async () => {
    const { server, open, show, shown } = stage();
    const terminal = await open();
    server.emit('terminal_closed', { terminal_id: 't2', ...closed });
    server.emit('terminal_closed', { terminal_id: 't1', ...closed, exit_code: 3 });
    expect(await terminal.ended).toEqual({ exitCode: 3, signal: null, reason: 'exit' });
    show('too late');
    await expect(terminal.close()).resolves.toBeUndefined();
    expect(shown).toEqual([]);
  });

  it('that is gone is lost, whatever is asked of it', async () => {
    const { open } = stage({ terminal_input: notFound, terminal_close: notFound });
    const typedInto = await open();
    typedInto.write('x');
    expect(await typedInto.ended).toEqual({ exitCode: null, signal: null, reason: 'lost' });
    const other = await open();
    await other.close();
    expect(await other.ended).toMatchObject({ reason: 'lost' });
  });

  it('tells of input that was refused', async () => {
    const { open, errors } = stage({
      terminal_input: () => {
        throw Object.assign(new Error('too much'), { code: 'rate_limited' });
      },
    });
    const terminal = await open();
    terminal.write('x');
    await expect.poll(() => errors).toEqual(['rate_limited']);
  });

  it('that could not be opened leaves no listener behind', async () => {
    const { open, show, shown } = stage({
      terminal_open: () => {
        throw Object.assign(new Error('none here'), { code: 'sandbox_unavailable' });
      },
    });
    await expect(open()).rejects.toMatchObject({ code: 'sandbox_unavailable' });
    show('x');
    expect(shown).toEqual([]);
  });

  it('is left open by detach', async () => {
    const { client, open, show, shown, said } = stage();
    const terminal = await open();
    terminal.detach();
    show('unheard');
    await client.request('terminal_resize', { terminal_id: 't1', ...screen });
    expect(shown).toEqual([]);
    expect(said('terminal_close')).toEqual([]);
  });
});

describe('after a cut', () => {
  it('goes on with what was missed, and types what was typed meanwhile', async () => {
    const { server, client, open, show, shown, typed } = stage();
    const terminal = await open();
    show('one');
    await expect.poll(() => shown).toEqual(['one']);
    server.cut();
    terminal.write('while cut off');
    show('two');
    await expect.poll(() => client.status.state).toBe('connected');
    await expect.poll(() => shown).toEqual(['one', 'two']);
    await expect.poll(() => typed).toEqual(['while cut off']);
  });

  it('that cannot be caught up draws the screen anew', async () => {
    const { server, client, open, show, shown } = stage();
    await open();
    show('one');
    await expect.poll(() => shown).toEqual(['one']);
    server.snapshot.terminals = [
      { terminal_id: 't1', ...screen, text: 'one two', truncated: false },
    ];
    server.restart();
    await expect.poll(() => shown.slice(1)).toEqual(['\u001bcone two']);
    await expect.poll(() => client.status.state).toBe('connected');
  });

  it('is lost where the server has it no more', async () => {
    const { server, open } = stage();
    const terminal = await open();
    server.snapshot.terminals = [];
    server.restart();
    expect(await terminal.ended).toMatchObject({ reason: 'lost' });
  });

  it('that came before its name was known shows what the snapshot has', async () => {
    let answer: (reply: { terminal_id: string }) => void = () => {};
    const { server, open, shown, said } = stage({
      terminal_open: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const opening = open();
    await expect.poll(() => said('terminal_open').length).toBe(1);
    server.snapshot.terminals = [{ terminal_id: 't1', ...screen, text: '~$ ', truncated: false }];
    server.restart();
    await expect.poll(() => said('terminal_open').length).toBe(2);
    answer({ terminal_id: 't1' });
    await opening;
    expect(shown).toEqual(['\u001bc~$ ']);
  });
});

describe('after a reload', () => {
  it('shows what the terminal has shown last, and goes on', async () => {
    const { client, listeners, show, shown, typed } = stage();
    await client.request('terminal_resize', { terminal_id: 't1', ...screen });
    const terminal = attachTerminal(
      client,
      { terminal_id: 't1', ...screen, text: '~$ ls', truncated: false },
      listeners,
    );
    expect(terminal.id).toBe('t1');
    terminal.write('\r');
    show('\r\napp.py');
    await expect.poll(() => shown).toEqual(['~$ ls', '\r\napp.py']);
    expect(typed.at(-1)).toBe('\r');
  });
});
