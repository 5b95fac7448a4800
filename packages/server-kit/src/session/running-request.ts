import type { OperationName, PendingMessage } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import type { RequestKey } from '../storage/index.ts';

/** Whoever is to be told how a request ends. */
export interface ReplyListener {
  /** As he is known at this moment: a connection may renew its token. */
  readonly identity: Identity;
  send(text: string): void;
}

/** A request that has not ended: it belongs to its id, not to the socket that brought it. */
export interface RunningRequest {
  readonly key: RequestKey;
  readonly type: OperationName;
  /** Who began it, as he was then. */
  readonly identity: Identity;
  /** The same user where he asked for it last, and is still there if he is anywhere. */
  asker: Pick<ReplyListener, 'identity'>;
  readonly abort: AbortController;
  /** Whether it may have begun before, as in a server that crashed: then that is not forgotten. */
  hadBegun: boolean;
  /** Connections that asked for it and are still there. */
  readonly listeners: Set<ReplyListener>;
  /** Set while a person must decide. */
  pending: PendingMessage | null;
  /** Resolves when it has ended, or waits for a person. Once it goes on, it is another promise. */
  readonly atRest: Promise<void>;
  /** What a reconnecting client needs to go on with the stream. */
  stream: { executionId?: string; messageId?: string; text: string; truncated: boolean };
  /** Resolves with the reply's type when the request has ended. */
  readonly ended: Promise<string>;
  readonly settle: (type: string) => void;
}

/** Why a request is aborted when the server stops, told apart from a person's `cancel`. */
export const stopped = new Error('The server stops.');

/** Text of a running stream that is kept for a snapshot, UTF-16 units. */
const maxStreamText = 262_144;

/** Makes the record of a request that begins now. */
export function startRequest(
  key: RequestKey,
  type: OperationName,
  asker: RunningRequest['asker'],
): RunningRequest {
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let pending: PendingMessage | null = null;
  let rest = Promise.withResolvers<void>();
  return {
    key,
    type,
    identity: asker.identity,
    asker,
    abort: new AbortController(),
    hadBegun: false,
    listeners: new Set(),
    get pending() {
      return pending;
    },
    set pending(message) {
      if (message) rest.resolve();
      // Whoever waits for one that never came to rest waits for this very promise.
      else if (pending) rest = Promise.withResolvers();
      pending = message;
    },
    get atRest() {
      return rest.promise;
    },
    stream: { text: '', truncated: false },
    ended,
    settle(how) {
      rest.resolve();
      resolve(how);
    },
  };
}

/** Lets somebody join who asks for a request that runs. */
export function joinRequest(request: RunningRequest, listener: ReplyListener): void {
  request.listeners.add(listener);
  request.asker = listener;
}

/** Tells somebody no more of a request. He stays its asker where nobody else is there. */
export function leaveRequest(request: RunningRequest, listener: ReplyListener): void {
  request.listeners.delete(listener);
  if (request.asker === listener) request.asker = [...request.listeners].at(-1) ?? listener;
}

/** Adds what a stream has just sent to the text that a snapshot would hold. */
export function recordStream(request: RunningRequest, fields: Record<string, unknown>): void {
  const { stream } = request;
  if (typeof fields['execution_id'] === 'string') stream.executionId = fields['execution_id'];
  if (typeof fields['message_id'] === 'string') stream.messageId = fields['message_id'];
  const added = fields['output'] ?? fields['delta'];
  if (typeof added !== 'string') return;
  stream.text += added;
  if (stream.text.length > maxStreamText) {
    stream.text = stream.text.slice(-maxStreamText);
    stream.truncated = true;
  }
}
