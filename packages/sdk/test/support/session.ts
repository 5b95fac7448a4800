import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';

export type Message = { type: string; [field: string]: unknown };

/** A connection of a client to a session. */
export interface Peer {
  socket: WebSocket;
  clientId: string;
  send(message: Message): void;
}

/** A request that has been taken and maybe answered. */
export interface Outcome {
  type: string;
  clientId: string;
  reply?: Message;
  text: string;
  executionId?: string;
  messageId?: string;
  abort: AbortController;
}

/** What the server remembers: events by number, outcomes by client and request id. */
export class Session {
  epoch = `e_${randomUUID()}`;
  seq = 0;
  readonly log: Message[] = [];
  readonly outcomes = new Map<string, Outcome>();
  readonly peers = new Set<Peer>();
  readonly messages: Message[] = [];
  readonly diffs: Message[] = [];
  readonly approvals: Message[] = [];
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  emit(type: string, fields: object, requestId?: string): void {
    const message: Message = {
      type,
      ...fields,
      seq: ++this.seq,
      session_id: this.id,
      timestamp: new Date().toISOString(),
      ...(requestId === undefined ? {} : { request_id: requestId }),
    };
    this.log.push(message);
    for (const peer of this.peers) peer.send(message);
  }

  /** What follows `lastSeq`; undefined where the log does not reach back or the epoch is another. */
  since(epoch: string | null, lastSeq: number): Message[] | undefined {
    if (epoch !== this.epoch) return undefined;
    const missed = this.log.filter((event) => (event['seq'] as number) > lastSeq);
    return missed.length === this.seq - lastSeq ? missed : undefined;
  }

  snapshot(files: ReadonlyMap<string, { hash: string }>): Message {
    const running = [...this.outcomes].filter(([, outcome]) => !outcome.reply);
    return {
      type: 'session_snapshot',
      session_id: this.id,
      timestamp: new Date().toISOString(),
      approvals: this.approvals,
      diffs: this.diffs,
      messages: this.messages,
      files: [...files].map(([path, { hash }]) => ({ path, hash })),
      running: running.map(([key, outcome]) => ({
        request_id: key.slice(key.indexOf('/') + 1),
        type: outcome.type,
        text: outcome.text,
        truncated: false,
        execution_id: outcome.executionId,
        message_id: outcome.messageId,
      })),
    };
  }

  /** Forgets the events, as a server whose log is short. */
  truncateLog(): void {
    this.log.length = 0;
  }
}
