import type { AssistantError } from './errors.ts';
import type { EventMessage, EventName } from './protocol/index.ts';
import type { Status } from './status.ts';

/** What `client.on()` can listen to: the wire's events by their name, and the client's own. */
export type ClientEvents = { [N in EventName]: EventMessage<N> } & {
  /** The connection changed. */
  status: Status;
  /** The number of requests that wait for a connection changed. */
  queue: { queued: number };
  /** Any event of the wire, before the listeners of its name. */
  event: EventMessage;
  /** A binary frame, as those of the topic `phase`; `decodePhaseFrame` reads it. */
  binary: ArrayBuffer;
  /** A failure that belongs to no request. */
  error: AssistantError;
};

/** Listeners by name. */
export interface Emitter<Events> {
  /** Adds a listener; returns the function that removes it. */
  on<K extends keyof Events>(name: K, listener: (event: Events[K]) => void): () => void;
  /** Calls the listeners of `name` in the order in which they were added. */
  emit<K extends keyof Events>(name: K, event: Events[K]): void;
}

/** Creates an emitter in which one listener's exception neither stops the others nor the caller. */
export function createEmitter<Events>(): Emitter<Events> {
  const entries = new Set<{ name: keyof Events; listener: (event: never) => void }>();
  // What a listener causes waits until all have heard of its cause, so that nobody hears them reversed.
  const waiting: (() => void)[] = [];
  return {
    on(name, listener) {
      const entry = { name, listener };
      entries.add(entry);
      return () => void entries.delete(entry);
    },
    emit(name, event) {
      const tell = () => {
        for (const entry of [...entries]) {
          if (entry.name !== name) continue;
          try {
            entry.listener(event as never);
          } catch (error) {
            // Like an exception in a DOM listener: it surfaces as unhandled, outside of our call.
            void Promise.reject(error);
          }
        }
      };
      if (waiting.push(tell) > 1) return;
      // The list grows while it is read.
      for (const next of waiting) next();
      waiting.length = 0;
    },
  };
}
