import type { ClientEvents, Emitter } from './events.ts';
import type { EventMessage, OperationName, OutputOf } from './protocol/index.ts';
import type { StartedRequest } from './requests.ts';

/** Operations that tell of their progress by events. */
export type StreamName = Extract<OperationName, 'chat' | 'code_execute' | 'terminal_command'>;

/**
 * The text so far, where a reconnect could not replay the events, or all of it at the end of a stream
 * that would lack some: it replaces what came before.
 */
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
  on: Emitter<ClientEvents>['on'],
  { requestId, result, cancel }: StartedRequest,
): RequestStream<N> {
  const parts: StreamPart[] = [];
  let ended = false;
  let length = 0;
  let wake = () => {};

  const restart = ({ text, truncated }: Omit<StreamSnapshot, 'type'>) => {
    length = text.length;
    parts.push({ type: 'snapshot', text, truncated });
  };
  const unbind = on('event', (event) => {
    if (event.request_id === requestId) {
      const { delta, output = delta } = event as { delta?: string; output?: string };
      if (output) length += output.length;
      parts.push(event);
    } else if (event.type === 'session_snapshot') {
      event.running?.forEach((run) => {
        if (run.request_id === requestId) restart(run);
      });
    }
    wake();
  });
  const end = () => {
    ended = true;
    unbind();
    wake();
  };
  const complete = (reply: unknown) => {
    const {
      message,
      stdout,
      stderr,
      truncated,
      output: text = message ? message.content : stdout + stderr,
    } = reply as OutputOf<'chat'> &
      OutputOf<'code_execute'> &
      Partial<OutputOf<'terminal_command'>>;
    // The events of the last moments are lost where the server ended and only the reply was kept.
    if (text && !truncated && text.length !== length) restart({ text, truncated: false });
  };
  result.then(complete).then(end, end);

  const iterator = (async function* iterate(): AsyncGenerator<StreamPart, void> {
    try {
      for (;;) {
        while (parts.length) yield parts.shift()!;
        if (ended) return void (await result);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    } finally {
      cancel();
    }
  })();
  return {
    requestId,
    result: result as Promise<OutputOf<N>>,
    cancel,
    [Symbol.asyncIterator]: () => iterator,
  };
}
