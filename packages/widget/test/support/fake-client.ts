import type { Client, ClientEvents, Status } from '@ide-assistant/sdk';
import type { EventFields, EventName, InputOf, OperationName } from '@ide-assistant/sdk/protocol';
import { connectMessage } from './samples.ts';

/** A request as the widget made it. */
export interface SentRequest {
  type: OperationName;
  input: Record<string, unknown>;
  requestId: string | undefined;
  reply(output: object): void;
  fail(error: Error): void;
}

/** A client without a socket, driven by a test. */
export interface FakeClient extends Client {
  /** All requests so far, oldest first. */
  readonly sent: readonly SentRequest[];
  readonly reconnects: number;
  /** Whether anybody listens yet. */
  readonly bound: boolean;
  /** Answers every request of this type from now on. */
  answer<N extends OperationName>(type: N, reply: (input: InputOf<N>) => object): void;
  setStatus(status: Status, queued?: number): void;
  /** Delivers an event of the server. */
  deliver<N extends EventName>(type: N, fields: EventFields<N>, requestId?: string): void;
  /** The latest request of a type. @throws Error when there is none. */
  last(type: OperationName): SentRequest;
}

/** Creates a connected client that answers nothing but an empty tree. */
export function createFakeClient(model: string | null = 'test-model'): FakeClient {
  let status: Status = { state: 'connected', connect: connectMessage(model) };
  let queued = 0;
  let reconnects = 0;
  const sent: SentRequest[] = [];
  const answers = new Map<string, (input: never) => object>();
  const listeners = new Set<{ name: string; listener: (event: never) => void }>();
  const emit = (name: string, event: unknown): void => {
    for (const entry of [...listeners]) {
      if (entry.name === name) entry.listener(event as never);
    }
  };
  const proof = { verified: true, verification_id: 'v_1', timestamp: '2026-01-01T00:00:00.000Z' };

  const client = {
    get status() {
      return status;
    },
    get queued() {
      return queued;
    },
    get bound() {
      return listeners.size > 0;
    },
    get reconnects() {
      return reconnects;
    },
    sessionId: 's_test',
    clientId: 'client-test',
    sent,
    connect() {},
    reconnect() {
      reconnects += 1;
    },
    close() {},
    [Symbol.asyncDispose]: () => Promise.resolve(),
    stream() {
      throw new Error('the widget does not stream by itself');
    },
    on<K extends keyof ClientEvents>(name: K, listener: (event: ClientEvents[K]) => void) {
      const entry = { name, listener };
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    request(
      type: OperationName,
      input: object,
      options?: { requestId?: string; signal?: AbortSignal },
    ) {
      return new Promise((resolve, reject) => {
        const request: SentRequest = {
          type,
          input: { ...input },
          requestId: options?.requestId,
          reply: (output) => resolve({ ...proof, ...output }),
          fail: reject,
        };
        sent.push(request);
        const answer = answers.get(type);
        if (answer) request.reply(answer(input as never));
      });
    },
    answer(type: string, reply: (input: never) => object) {
      answers.set(type, reply);
    },
    setStatus(next: Status, waiting = 0) {
      status = next;
      queued = waiting;
      emit('status', status);
      emit('queue', { queued });
    },
    deliver(type: string, fields: object, requestId?: string) {
      const event = {
        type,
        session_id: 's_test',
        timestamp: '2026-01-01T00:00:00.000Z',
        ...(requestId === undefined ? {} : { request_id: requestId }),
        ...fields,
      };
      emit('event', event);
      emit(type, event);
    },
    last(type: string) {
      const request = sent.findLast((one) => one.type === type);
      if (!request) throw new Error(`No ${type} was sent`);
      return request;
    },
  };
  client.answer('directory_list', () => ({ tree: [], file_count: 0, truncated: false }));
  return client as unknown as FakeClient;
}
