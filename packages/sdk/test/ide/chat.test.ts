import { describe, expect, it } from 'vitest';
import type { ChatEntry } from '../../src/index.ts';
import { bench, diffOf, gate } from './support.ts';

const lines = (messages: readonly ChatEntry[]) =>
  messages.map(({ role, state, content }) => `${role} ${state}: ${content}`);

describe('a question', () => {
  it('is sent with the active file, and its answer streams in behind it', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', '');
    await ide.openFile('a.py');
    const seen: string[] = [];
    ide.subscribe(({ messages }) => {
      const now = lines(messages).join(' | ');
      if (seen.at(-1) !== now) seen.push(now);
    });
    const reply = await ide.chat('one two');
    expect(server.received.at(-1)).toMatchObject({ context: { active_file: 'a.py' } });
    expect(seen).toEqual([
      'user sent: one two',
      'user sent: one two | assistant streaming: ',
      'user sent: one two | assistant streaming: one ',
      'user sent: one two | assistant streaming: one two ',
      'user done: one two | assistant done: one two ',
    ]);
    expect(ide.state.messages[1]).toMatchObject({ id: reply.message.id, diffs: [], tools: [] });
    expect(ide.state.typing).toBe(false);
  });

  it('asked while disconnected waits, and is answered once after the reconnect', async () => {
    await using it = await bench({ timeoutMs: 1 });
    const { server, ide } = it;
    await it.lose();
    const asking = [ide.chat('first'), ide.chat('second')];
    expect(lines(ide.state.messages)).toEqual(['user queued: first', 'user queued: second']);
    expect(ide.state.queued).toBe(2);
    await Promise.all(asking);
    expect(server.effects).toHaveLength(2);
    expect(lines(ide.state.messages)).toEqual([
      ...['user done: first', 'assistant done: first '],
      ...['user done: second', 'assistant done: second '],
    ]);
  });

  it('is stopped by the person', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['chat'] = (_input, { session, requestId, outcome }) =>
      new Promise((resolve) => {
        session.emit('ai_delta', { message_id: 'm', delta: 'thinking' }, requestId);
        outcome.abort.signal.addEventListener('abort', () => resolve({ type: 'cancelled' }));
      });
    const asking = ide.chat('hi');
    await it.until(({ messages }) => messages.length === 2);
    ide.stopChat();
    await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
    expect(lines(ide.state.messages)).toEqual(['user done: hi', 'assistant stopped: thinking']);
    const controller = new AbortController();
    controller.abort();
    await expect(ide.chat('no', { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(lines(ide.state.messages).at(-1)).toBe('user stopped: no');
  });

  it('that fails keeps its text and the error', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.handlers['chat'] = () => ({
      ...{ type: 'error', code: 'assistant_unavailable', message: 'no model', retryable: true },
    });
    await expect(ide.chat('hi')).rejects.toMatchObject({ code: 'assistant_unavailable' });
    expect(ide.state.messages).toMatchObject([
      { role: 'user', content: 'hi', state: 'failed', error: { message: 'no model' } },
    ]);
  });

  it('shows tools in one line each, and the proposals made in the answer', async () => {
    await using it = await bench();
    const { server, ide } = it;
    const chat = server.handlers['chat']!;
    server.handlers['chat'] = async (input, context) => {
      const { session, requestId } = context;
      const tool = (status: string, result?: string) =>
        session.emit(
          'ai_tool',
          { message_id: 'm', tool: 'scan', arguments: { path: 'a.py' }, status, result },
          requestId,
        );
      tool('start');
      tool('ok', '2 findings');
      tool('start');
      const { type: _, ...diff } = diffOf('d1');
      session.emit('diff', diff, requestId);
      const reply = await chat(input, context);
      return { ...reply, diffs: ['d1'] };
    };
    const asking = ide.chat('scan it');
    await it.until(({ diffs }) => diffs.length === 1);
    expect(ide.state.messages[1]).toMatchObject({
      diffs: ['d1'],
      tools: [
        { tool: 'scan', status: 'ok', summary: '2 findings' },
        { tool: 'scan', status: 'start', summary: 'a.py' },
      ],
    });
    await asking;
    expect(ide.state.messages.at(-1)).toMatchObject({ diffs: ['d1'], state: 'done' });
    expect(ide.state.messages.at(-1)?.tools).toHaveLength(2);
  });
});

describe('an answer cut in the middle', () => {
  it.each([true, false])(
    'is whole in the end and there once (server resumes: %s)',
    async (resumes) => {
      await using it = await bench();
      const { server, ide } = it;
      const { held, open } = gate();
      server.handlers['chat'] = async (_input, { session, requestId, outcome }) => {
        const timestamp = new Date().toISOString();
        session.messages.push({ type: '', id: 'm_q', role: 'user', content: 'hi', timestamp });
        outcome.messageId = 'm_a';
        const say = (delta: string) => {
          outcome.text += delta;
          session.emit('ai_delta', { message_id: 'm_a', delta }, requestId);
        };
        say('one ');
        await held;
        say('two');
        const message = { id: 'm_a', role: 'assistant', content: 'one two', timestamp };
        session.messages.push({ type: '', ...message });
        return { type: 'ai_response', message, diffs: [] };
      };
      const asking = ide.chat('hi');
      await it.until(({ messages }) => messages[1]?.content === 'one ');
      if (!resumes) server.session.epoch = 'e_restarted';
      await it.cut();
      await it.until(({ messages }) => messages[1]?.content === 'one ');
      expect(lines(ide.state.messages)).toEqual(['user sent: hi', 'assistant streaming: one ']);
      open();
      await asking;
      expect(lines(ide.state.messages)).toEqual(['user done: hi', 'assistant done: one two']);
      expect(server.effects).toHaveLength(1);
    },
  );

  it('that ended while disconnected is there once', async () => {
    await using it = await bench();
    const { server, ide } = it;
    const { held, open } = gate();
    const chat = server.handlers['chat']!;
    server.handlers['chat'] = async (input, context) => (await held, chat(input, context));
    const asking = ide.chat('hi');
    await it.until(() => server.effects.length === 1);
    server.session.epoch = 'e_restarted';
    await it.lose();
    open();
    await asking;
    await it.until(({ status }) => status.state === 'connected');
    expect(lines(ide.state.messages)).toEqual(['user done: hi', 'assistant done: hi ']);
  });
});

describe('the conversation', () => {
  it('is rebuilt by a snapshot, but for what only this client has', async () => {
    await using it = await bench();
    const { server, ide } = it;
    await ide.chat('earlier');
    const fail = server.handlers['chat']!;
    server.handlers['chat'] = () => ({
      type: 'error',
      code: 'internal',
      message: 'x',
      retryable: false,
    });
    await expect(ide.chat('failed')).rejects.toMatchObject({ code: 'internal' });
    server.handlers['chat'] = fail;
    server.session.epoch = 'e_restarted';
    await it.lose();
    const asking = ide.chat('queued');
    await it.until(({ status }) => status.state === 'connected');
    await asking;
    expect(lines(ide.state.messages)).toEqual([
      ...['user done: earlier', 'assistant done: earlier ', 'user failed: failed'],
      ...['user done: queued', 'assistant done: queued '],
    ]);
    const ids = ide.state.messages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('loads earlier lines before the oldest, and stops at the beginning', async () => {
    await using it = await bench();
    const { server, ide } = it;
    const all = Array.from({ length: 5 }, (_, index) => ({
      ...{
        id: `m${index}`,
        role: 'user',
        content: `${index}`,
        timestamp: '2026-01-01T00:00:00.000Z',
      },
    }));
    server.handlers['chat_history'] = ({ before }) => {
      const end = before === undefined ? 5 : all.findIndex(({ id }) => id === before);
      const start = Math.max(0, end - 3);
      return { type: 'chat_messages', messages: all.slice(start, end), has_more: start > 0 };
    };
    await ide.loadHistory();
    expect(ide.state.messages.map(({ id }) => id)).toEqual(['m2', 'm3', 'm4']);
    await ide.loadHistory();
    await ide.loadHistory();
    expect(ide.state.messages.map(({ id }) => id)).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(server.received.filter(({ type }) => type === 'chat_history')).toHaveLength(2);
  });

  it('shows the answers that others asked for, and sees them end', async () => {
    await using it = await bench();
    const { server } = it;
    server.session.emit('ai_typing', { is_typing: true }, 'theirs');
    server.session.emit('ai_delta', { message_id: 'm', delta: 'for bob' }, 'theirs');
    await it.until(({ messages, typing }) => typing && messages[0]?.state === 'streaming');
    server.session.emit('ai_typing', { is_typing: false }, 'theirs');
    await it.until(({ messages, typing }) => !typing && messages[0]?.state === 'done');
    server.session.emit('ai_error', { message_id: 'm', error: 'too late' }, 'theirs');
    const { messages } = await it.until((state) => state.messages[0]?.state === 'failed');
    expect(messages[0]?.error).toMatchObject({ code: 'assistant_unavailable' });
  });
});
