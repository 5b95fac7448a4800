import type { OperationName, PendingMessage } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import type { RequestKey } from '../storage/index.ts';

/** Whoever is to be told how a request ends. */
export interface ReplyListener {
  send(text: string): void;
}

/** A request that has not ended: it belongs to its id, not to the socket that brought it. */
export interface RunningRequest {
  readonly key: RequestKey;
  readonly type: OperationName;
  /** Who began it. */
  readonly identity: Identity;
  readonly abort: AbortController;
  /** Connections that asked for it and are still there. */
  readonly listeners: Set<ReplyListener>;
  /** Set while a person must decide. */
  pending: PendingMessage | null;
  /** What a reconnecting client needs to go on with the stream. */
  stream: { executionId?: string; messageId?: string; text: string; truncated: boolean };
  /** Resolves with the reply's type when the request has ended. */
  readonly ended: Promise<string>;
  readonly settle: (type: string) => void;
}

/** Text of a running stream that is kept for a snapshot, UTF-16 units. */
const maxStreamText = 262_144;

/** Makes the record of a request that begins now. */
export function startRequest(
  key: RequestKey,
  type: OperationName,
  identity: Identity,
): RunningRequest {
  let settle: (type: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    settle = resolve;
  });
  return {
    key,
    type,
    identity,
    abort: new AbortController(),
    listeners: new Set(),
    pending: null,
    stream: { text: '', truncated: false },
    ended,
    settle,
  };
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
