import { WebSocket } from 'ws';
import type { ClientOptions } from '../../src/index.ts';
import type { EventFields, EventName } from '../../src/protocol/index.ts';
import { createFakeServer } from '../../src/testing/index.ts';
import { failure } from '../support/operations.ts';
import { TestServer } from '../support/server.ts';

/** A server that the scenario can be played against. */
export interface Stage {
  readonly props: Props;
  options: Pick<ClientOptions, 'url' | 'WebSocket'>;
  emit<N extends EventName>(type: N, fields: EventFields<N>): void;
  cut(): void;
  restart(): void;
  close(code: number, reason: string): void;
  binary(frame: ArrayBuffer): void;
  received(): string[];
  stop(): Promise<void>;
}

/** What the handlers of both servers have in common. */
interface Props {
  deletions: number;
  /** Resolves when `chat` is to answer. */
  readonly mayAnswer: Promise<void>;
  letAnswer(): void;
}

function createProps(): Props {
  let letAnswer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    letAnswer = resolve;
  });
  return { deletions: 0, mayAnswer, letAnswer };
}

const timestamp = '2026-11-21T12:00:00.000Z';
const chatMessage = { id: 'm', role: 'assistant' as const, content: 'hello', timestamp };
const delta = { message_id: 'm', delta: 'hello' };
const pending = {
  ...{ action: 'ide_file_rename', reason: 'policy', audit_id: 'v', approval_id: 'p' },
  expires_at: timestamp,
};
const hidden = { code: 'forbidden' as const, message: 'Hidden', details: { path: 'b' } };

/** The fake server. */
export function fakeStage(): Stage {
  const props = createProps();
  const server = createFakeServer({
    replies: {
      file_delete: ({ path }) => ({ path, count: ++props.deletions }),
      file_open() {
        throw Object.assign(new Error(hidden.message), hidden);
      },
      file_rename({ old_path, new_path }, context) {
        context.pending(pending);
        return { old_path, new_path };
      },
      file_create: () => ({ type: 'blocked', action: 'a', reason: 'No', audit_id: 'v' }),
      async chat(_input, context) {
        await props.mayAnswer;
        context.emit('ai_delta', delta);
        return { message: chatMessage, diffs: [] };
      },
    },
  });
  return {
    props,
    options: { url: 'ws://test/ide/ws', WebSocket: server.WebSocket },
    ...{ emit: server.emit, cut: server.cut, restart: server.restart, close: server.close },
    binary: server.binary,
    received: () => server.received.map(({ type }) => type),
    stop: async () => {},
  };
}

/** A server on a real socket. */
export async function realStage(): Promise<Stage> {
  const props = createProps();
  const server = await TestServer.start();
  const proof = { verified: true, verification_id: 'v', timestamp };
  Object.assign(server.handlers, {
    file_delete: ({ path }: { path: string }) => ({
      ...{ type: 'file_deleted', path, count: ++props.deletions, ...proof },
    }),
    file_open: () => failure(hidden.code, hidden.message, { details: hidden.details }),
    file_create: () => ({ type: 'blocked', action: 'a', reason: 'No', audit_id: 'v' }),
  });
  server.handlers['file_rename'] = ({ old_path, new_path }, { reply, requestId }) => {
    reply({ type: 'pending', request_id: requestId, ...pending });
    return { type: 'file_renamed', old_path, new_path, ...proof };
  };
  server.handlers['chat'] = async (_input, { session, requestId }) => {
    await props.mayAnswer;
    session.emit('ai_delta', delta, requestId);
    return { type: 'ai_response', message: chatMessage, diffs: [], ...proof };
  };
  return {
    props,
    options: { url: server.url, WebSocket },
    emit: (type, fields) => server.session.emit(type, fields),
    cut: () => server.cutSockets(),
    restart() {
      Object.assign(server.session, { epoch: 'e_2', seq: 0 });
      server.session.truncateLog();
      server.closeSockets(1012);
    },
    close: (code, reason) => server.closeSockets(code, reason),
    binary: (frame) => server.sockets.forEach((socket) => socket.send(frame)),
    received: () => server.received.map(({ type }) => type),
    stop: () => server.stop(),
  };
}
