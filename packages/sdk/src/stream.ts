import type { ClientEvents, Emitter } from './events.ts';
import type { EventMessage, OperationName, OutputOf } from './protocol/index.ts';
import type { StartedRequest } from './requests.ts';

/** Operations that tell of their progress by events. */
export type StreamName = Extract<OperationName, 'chat' | 'code_execute'>;

/** The text so far, after a reconnect that could not replay the events: it replaces what came before. */
export interface StreamSnapshot {
  type: 'snapshot';
  text: string;
  /** Whether the beginning of the text is missing. */
  truncated: boolean;
}

/** What a stream yields. */
export type StreamPart = EventMessage | StreamSnapshot;

/** A running request whose events can be iterated, once. */
export interface RequestStream<N extends StreamName> extends AsyncIterable<StreamPart> {
  readonly requestId: string;
  /** The reply. A failure also ends the iteration, by throwing the same error. */
  readonly result: Promise<OutputOf<N>>;
  /** Ends the request as `cancelled`, here and on the server. */
  cancel(): void;
}

/** Collects the events of a started request until its reply. */
export function createStream<N extends StreamName>(
  requestId: string,
  on: Emitter<ClientEvents>['on'],
  begin: () => StartedRequest,
): RequestStream<N> {
  const parts: StreamPart[] = [];
  let ended = false;
  let wake = () => {};

  const unbind = on('event', (event) => {
    if (event.request_id === requestId) {
      parts.push(event);
    } else if (event.type === 'session_snapshot') {
      for (const { request_id, text, truncated } of event.running) {
        if (request_id === requestId) parts.push({ type: 'snapshot', text, truncated });
      }
    }
    wake();
  });
  const { result, cancel } = begin();
  const end = () => {
    ended = true;
    unbind();
    wake();
  };
  result.then(end, end);

  async function* iterate(): AsyncGenerator<StreamPart, void> {
    try {
      for (;;) {
        while (parts.length > 0) yield parts.shift()!;
        if (ended) return void (await result);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      cancel();
    }
  }

  const iterator = iterate();
  return {
    requestId,
    result: result as Promise<OutputOf<N>>,
    cancel,
    [Symbol.asyncIterator]: () => iterator,
  };
}
