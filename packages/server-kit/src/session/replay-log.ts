/** One event as it stands on the wire. */
export interface LoggedEvent {
  seq: number;
  text: string;
}

/** The latest events of a session, kept for clients that come back. */
export interface ReplayLog {
  append(event: LoggedEvent): void;
  /** The events after `seq`, oldest first; null when the log no longer reaches back that far. */
  after(seq: number): readonly LoggedEvent[] | null;
}

/** Keeps at most so many events and so many UTF-16 units of them, dropping the oldest. */
export function createReplayLog({
  maxEvents,
  maxBytes,
}: {
  maxEvents: number;
  maxBytes: number;
}): ReplayLog {
  let events: LoggedEvent[] = [];
  let start = 0;
  let size = 0;
  let dropped = 0;

  return {
    append(event) {
      events.push(event);
      size += event.text.length;
      while (events.length - start > maxEvents || (size > maxBytes && start < events.length)) {
        const oldest = events[start] as LoggedEvent;
        size -= oldest.text.length;
        dropped = oldest.seq;
        start += 1;
      }
      // Cutting the front of an array costs its length, so it waits until half of it is dead.
      if (start > 1_024 && start * 2 > events.length) {
        events = events.slice(start);
        start = 0;
      }
    },
    after(seq) {
      if (seq < dropped) return null;
      const live = events.slice(start);
      return live.filter((event) => event.seq > seq);
    },
  };
}
