import type { WebSocket as WsSocket } from 'ws';
import { describe, expectTypeOf, it } from 'vitest';
import {
  createClient,
  createIde,
  isAssistantError,
  type AssistantError,
  type Client,
  type ClientOptions,
  type IdeState,
  type Status,
  type StreamPart,
} from '../src/index.ts';
import type { ConnectMessage, EventMessage, OutputOf } from '../src/protocol/index.ts';

// Never called: only the compiler reads it.
function compileOnly(client: Client): void {
  const saved = client.request('file_save', { path: 'a', content: 'b', base_hash: 'sha256:0' });
  expectTypeOf(saved).resolves.toEqualTypeOf<OutputOf<'file_save'>>();
  expectTypeOf(saved).resolves.toHaveProperty('hash').toBeString();
  expectTypeOf(saved).resolves.toHaveProperty('verification_id').toBeString();

  const run = client.request('code_execute', { language: 'python', code: '' });
  expectTypeOf(run).resolves.toHaveProperty('exit_code').toEqualTypeOf<number | null>();

  // @ts-expect-error an operation that does not exist
  void client.request('file_sav', { path: 'a', content: 'b' });
  // @ts-expect-error a field is missing
  void client.request('file_save', { path: 'a' });
  // @ts-expect-error a field of the wrong type
  void client.request('file_save', { path: 'a', content: 7 });
  // @ts-expect-error a field that the operation does not have
  void client.request('file_open', { path: 'a', content: 'b' });
  // @ts-expect-error the envelope is the client's
  void client.request('file_open', { path: 'a', request_id: 'x' });
  // @ts-expect-error an option that does not exist
  void client.request('file_open', { path: 'a' }, { timeout: 1 });
  // @ts-expect-error only operations with events are streams
  void client.stream('file_open', { path: 'a' });

  const stream = client.stream('chat', { message: 'hi', context: { active_file: 'a' } });
  expectTypeOf(stream.result).resolves.toEqualTypeOf<OutputOf<'chat'>>();
  expectTypeOf(stream).toExtend<AsyncIterable<StreamPart>>();

  client.on('status', (status) => {
    expectTypeOf(status).toEqualTypeOf<Status>();
    if (status.state === 'connected') expectTypeOf(status.connect).toEqualTypeOf<ConnectMessage>();
    // @ts-expect-error only a connected one has a greeting
    void status.connect;
  });
  client.on('ai_delta', (event) => {
    expectTypeOf(event).toExtend<EventMessage<'ai_delta'>>();
    expectTypeOf(event.delta).toBeString();
  });
  client.on('queue', ({ queued }) => expectTypeOf(queued).toBeNumber());
  client.on('error', (error) => expectTypeOf(error).toEqualTypeOf<AssistantError>());
  // @ts-expect-error an event that does not exist
  client.on('ai_dleta', () => {});
  // @ts-expect-error state is read-only
  client.queued = 1;

  const ide = createIde(client);
  expectTypeOf(ide.state).toEqualTypeOf<IdeState>();
  expectTypeOf(ide.fixIssue('a')).resolves.toEqualTypeOf<OutputOf<'auto_fix'>>();
  // @ts-expect-error snapshots are immutable
  ide.state.files.push(ide.state.files[0]!);
  // @ts-expect-error a decision that does not exist
  void ide.resolveApproval('p', 'maybe');
}

describe('the types', () => {
  it('accept what the contract has and refuse what it has not', () => {
    expectTypeOf(compileOnly).toBeFunction();
  });

  it('accept the sockets of browsers and of ws', () => {
    expectTypeOf<typeof WebSocket>().toExtend<NonNullable<ClientOptions['WebSocket']>>();
    expectTypeOf<typeof WsSocket>().toExtend<NonNullable<ClientOptions['WebSocket']>>();
    // @ts-expect-error there is no client without an address
    createClient({});
  });

  it('narrow an unknown error', () => {
    const error: unknown = new Error('x');
    if (isAssistantError(error)) expectTypeOf(error.code).toExtend<string>();
    expectTypeOf(isAssistantError).guards.toEqualTypeOf<AssistantError>();
  });
});
