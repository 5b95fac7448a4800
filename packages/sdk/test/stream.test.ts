import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestStream, StreamName, StreamPart } from '../src/index.ts';
import { harness } from './support/harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function collect(stream: RequestStream<StreamName>) {
  const parts: StreamPart[] = [];
  const end = (async () => {
    for await (const part of stream) parts.push(part);
  })().then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
  return { parts, end };
}

const delta = (text: string) => ({ request_id: 'r1', message_id: 'm', delta: text });
const answer = (content: string) => ({
  type: 'ai_response',
  request_id: 'r1',
  message: { id: 'm', content },
  diffs: [],
});

async function asking() {
  const all = harness();
  await all.open();
  const stream = all.client.stream('chat', { message: 'hi' }, { requestId: 'r1' });
  return { ...all, stream };
}

describe('a stream', () => {
  it('yields the events of its request and ends with the reply', async () => {
    const { factory, stream } = await asking();
    const { parts, end } = collect(stream);
    factory.last.event(1, 'ai_delta', delta('a'));
    factory.last.event(2, 'ai_delta', { ...delta('x'), request_id: 'other' });
    factory.last.event(3, 'ai_delta', delta('b'));
    factory.last.say(answer('ab'));
    expect(await end).toBe('done');
    expect(parts).toMatchObject([{ delta: 'a' }, { delta: 'b' }]);
    await expect(stream.result).resolves.toEqual({
      message: { id: 'm', content: 'ab' },
      diffs: [],
    });
    expect(stream.requestId).toBe('r1');
  });

  it('keeps what came before the loop began', async () => {
    const { factory, settle, stream } = await asking();
    factory.last.event(1, 'ai_delta', delta('a'));
    factory.last.say(answer('a'));
    await settle();
    const { parts, end } = collect(stream);
    expect(await end).toBe('done');
    expect(parts).toMatchObject([{ delta: 'a' }]);
  });

  it('has no time limit unless it is given one', async () => {
    const { client, factory, stream } = await asking();
    const { end } = collect(stream);
    const limited = client.stream('chat', { message: 'hi' }, { timeoutMs: 1000 });
    const limitedEnd = collect(limited).end;
    await vi.advanceTimersByTimeAsync(40_000);
    expect(await limitedEnd).toBe('timeout');
    factory.last.say(answer(''));
    expect(await end).toBe('done');
  });

  it('goes on over a reconnect that resumes, without repeating anything', async () => {
    const { factory, stream } = await asking();
    const { parts, end } = collect(stream);
    factory.last.event(1, 'ai_delta', delta('a'));
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ resumed: true, seq: 2 });
    expect(factory.last.sent).toMatchObject([{ type: 'chat', request_id: 'r1' }]);
    factory.last.event(1, 'ai_delta', delta('a'));
    factory.last.event(2, 'ai_delta', delta('b'));
    factory.last.say(answer('ab'));
    expect(await end).toBe('done');
    expect(parts).toMatchObject([{ delta: 'a' }, { delta: 'b' }]);
  });

  it('gets the text so far after a reconnect that could not resume', async () => {
    const { factory, stream } = await asking();
    const { parts, end } = collect(stream);
    factory.last.event(1, 'ai_delta', delta('a'));
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ epoch: 'e_2', seq: 50 });
    const running = [
      { request_id: 'other', type: 'chat', text: 'no', truncated: false },
      { request_id: 'r1', type: 'chat', text: 'abc', truncated: true },
    ];
    factory.last.event(50, 'session_snapshot', { running });
    factory.last.event(51, 'ai_delta', delta('d'));
    factory.last.say(answer('abcd'));
    expect(await end).toBe('done');
    expect(parts.slice(1)).toEqual([
      { type: 'snapshot', text: 'abc', truncated: true },
      expect.objectContaining({ delta: 'd' }),
    ]);
  });

  it('ends with the whole text when its last events were lost and only the reply was kept', async () => {
    const { factory, stream } = await asking();
    const { parts, end } = collect(stream);
    factory.last.event(1, 'ai_delta', delta('a'));
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ epoch: 'e_2', seq: 0 });
    factory.last.say(answer('abc'));
    expect(await end).toBe('done');
    expect(parts.slice(1)).toEqual([{ type: 'snapshot', text: 'abc', truncated: false }]);
  });

  it('of a command ends with all of its output when the last of it was lost', async () => {
    const { client, factory, open } = harness();
    await open();
    const stream = client.stream('terminal_command', { command: 'make' }, { requestId: 'r1' });
    const { parts, end } = collect(stream);
    factory.last.event(1, 'terminal_output', { request_id: 'r1', output: 'half ' });
    factory.last.drop(1006);
    await vi.advanceTimersByTimeAsync(250);
    factory.last.greet({ epoch: 'e_2', seq: 0 });
    factory.last.say({
      ...{ type: 'terminal_result', request_id: 'r1', exit_code: 0, duration_ms: 1 },
      ...{ output: 'half done', truncated: false },
    });
    expect(await end).toBe('done');
    expect(parts).toMatchObject([
      { type: 'terminal_output', output: 'half ' },
      { type: 'snapshot', text: 'half done' },
    ]);
  });

  it('of a run whose output was cut short by the limit ends as it is', async () => {
    const { client, factory, open } = harness();
    await open();
    const run = client.stream(
      'code_execute',
      { language: 'python', code: 'x' },
      { requestId: 'r1' },
    );
    factory.last.event(1, 'execution_output', { request_id: 'r1', output: 'abc' });
    const output = { stdout: 'ab', stderr: '', truncated: true };
    factory.last.say({ type: 'execution_result', request_id: 'r1', ...output });
    const parts: StreamPart[] = [];
    for await (const part of run) parts.push(part);
    expect(parts).toMatchObject([{ output: 'abc' }]);
  });

  it('is cancelled by leaving the loop', async () => {
    const { factory, stream } = await asking();
    factory.last.event(1, 'ai_delta', delta('a'));
    for await (const part of stream) {
      expect(part.type).toBe('ai_delta');
      break;
    }
    expect(factory.last.sent[1]).toMatchObject({ type: 'cancel', request_id_to_cancel: 'r1' });
    await expect(stream.result).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('ends by throwing what the result rejects with', async () => {
    const { factory, stream } = await asking();
    const { end } = collect(stream);
    factory.last.say({
      type: 'blocked',
      request_id: 'r1',
      reason: 'no',
      action: 'a',
      audit_id: 'v',
    });
    expect(await end).toBe('blocked');
    await expect(stream.result).rejects.toMatchObject({ code: 'blocked' });
  });

  it('ends when cancelled by its method, its signal or the end of the client', async () => {
    const { client, stream } = await asking();
    const first = collect(stream).end;
    stream.cancel();
    expect(await first).toBe('cancelled');
    const controller = new AbortController();
    const second = collect(
      client.stream('chat', { message: '2' }, { signal: controller.signal }),
    ).end;
    controller.abort();
    expect(await second).toBe('cancelled');
    const third = collect(client.stream('chat', { message: '3' })).end;
    client.close();
    expect(await third).toBe('closed');
  });
});
