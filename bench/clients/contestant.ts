import type { Ledger } from './ledger.ts';

/** A client library with the server that belongs to it. */
export interface Contestant {
  /** As it stands in the table. */
  readonly name: string;
  /**
   * Bytes that a connection passes on average before it is cut. Libraries differ in the bytes that a
   * request takes, so each has its own number, with which all see about as many cuts.
   */
  readonly meanBytes: number;
  /** Starts the server, which notes effects. */
  serve(ledger: Ledger): Promise<Serving>;
  /** Connects a client, which notes the pushes that it gets. */
  connect(port: number, ledger: Ledger): Promise<Asking>;
}

/** A running server. */
export interface Serving {
  readonly port: number;
  /** Sends a numbered message to all that are connected, or that come back. */
  push(number: number): void;
  close(): Promise<void> | void;
}

/** A client that has been connected. */
export interface Asking {
  /** Resolves with the answer to request `index`; rejects when the library, or its user, gives up. */
  ask(index: number): Promise<void>;
  close(): void;
}

/** What all use where they have such a setting. */
export const settings = {
  /** Bounds of the delay between two attempts. */
  minDelayMs: 10,
  maxDelayMs: 100,
  /** How long one attempt may take. */
  connectTimeoutMs: 1_000,
  /** How long an answer is waited for before the request is sent once more. */
  retryMs: 1_000,
  /** How long each server works on a request after its effect, so that cuts fall into that time too. */
  workMs: 5,
};

/** Text that each request carries, so that it is of an ordinary size. */
export const padding = 'x'.repeat(64);
