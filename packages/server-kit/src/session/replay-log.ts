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

/** Bounds of a {@link ReplayLog}; whichever is met first drops the oldest event. */
export interface ReplayBounds {
  maxEvents: number;
  /** UTF-16 units of all events together. */
  maxBytes: number;
  /** Milliseconds. */
  maxAgeMs: number;
}

/** Keeps events within the bounds; `clock` is in milliseconds. */
export function createReplayLog(
  { maxEvents, maxBytes, maxAgeMs }: ReplayBounds,
  clock: () => number,
): ReplayLog {
  let events: (LoggedEvent & { at: number })[] = [];
  let start = 0;
  let size = 0;
  let dropped = 0;

  const trim = () => {
    const oldestAt = clock() - maxAgeMs;
    for (let oldest = events[start]; oldest !== undefined; oldest = events[start]) {
      if (events.length - start <= maxEvents && size <= maxBytes && oldest.at >= oldestAt) break;
      size -= oldest.text.length;
      dropped = oldest.seq;
      // Its place is cut off only later, and so many large texts would be kept until then.
      oldest.text = '';
      start += 1;
    }
    // Cutting the front of an array costs its length, so it waits until half of it is dead.
    if (start > 1_024 && start * 2 > events.length) {
      events = events.slice(start);
      start = 0;
    }
  };

  return {
    append({ seq, text }) {
      events.push({ seq, text, at: clock() });
      size += text.length;
      trim();
    },
    after(seq) {
      trim();
      if (seq < dropped) return null;
      return events.slice(start).filter((event) => event.seq > seq);
    },
  };
}
