import type { ConnectMessage, EventMessage } from './protocol/index.ts';

/** The client's place in a session's numbering of events. Pure: no timers, no socket. */
export interface Session {
  /**
   * Query parameters with which the next connection resumes. The session is that of the caller, then
   * that of the server.
   */
  query(): {
    session: string | undefined;
    epoch: string | undefined;
    last_seq: number | string | undefined;
  };
  /** Takes over the server's answer to that query. */
  adopt(connect: ConnectMessage): void;
  /**
   * Counts an event: 0 when it is due (the place then advances past it), less for a repeat, more when
   * so many before it are missing.
   */
  admit(event: EventMessage): number;
}

/** Creates a session without a place yet. */
export function createSession(sessionId: string | undefined): Session {
  let session = sessionId;
  let epoch: string | undefined;
  let lastSeq = 0;

  return {
    query: () => ({ session, epoch, last_seq: epoch && lastSeq }),
    adopt(connect) {
      // Otherwise the missed events follow, and our own number stays the one to count from.
      if (!connect.resumed) lastSeq = connect.seq;
      session = connect.session_id;
      epoch = connect.epoch;
    },
    admit({ type, seq }) {
      // Events of one connection alone, and topics of which only the latest matters.
      if (seq === undefined) return 0;
      // A snapshot stands for all before it; to rebuild from the same one twice changes nothing.
      const distance = type === 'session_snapshot' ? 0 : seq - lastSeq - 1;
      if (distance === 0) lastSeq = Math.max(lastSeq, seq);
      return distance;
    },
  };
}
