import { KitError } from '../errors.ts';
import { makeEntryId } from './entry-id.ts';
import { signEnvelope } from './envelope.ts';
import { encodeStatement, type EntryContent } from './in-toto.ts';
import { keyChangeContent } from './key-change.ts';
import type { LogEntry } from './audit-log.ts';
import { leafHashOf, leafPrefix } from './merkle-hash.ts';
import { maxLineBytes } from './read-lines.ts';
import type { SigningKey } from './signing-key.ts';

/** An entry that is signed, but not written yet. */
export interface MadeEntry extends LogEntry {
  /** The line with its newline. */
  bytes: Buffer;
  leaf: Buffer;
}

/** Where {@link EntryChain} goes on, and what it works with. */
export interface EntryChainOptions {
  /** Index of the next entry. */
  size: number;
  /** Leaf hash of the last entry, hex. */
  head: string;
  /** Timestamp of the last entry; empty when there is none. */
  timestamp: string;
  key: SigningKey;
  /** Present time, milliseconds since 1970. */
  clock: () => number;
  /** Told once when the clock is behind the last entry. */
  onError: (error: unknown) => void;
}

/**
 * Makes entries, each naming the one before. It runs ahead of the tree, which holds durable entries
 * only.
 */
export class EntryChain {
  readonly #clock: () => number;
  readonly #onError: (error: unknown) => void;
  #nextIndex: number;
  #head: string;
  #timestamp: string;
  #timeMs: number;
  #key: SigningKey;
  #hasReportedClock = false;

  constructor({ size, head, timestamp, key, clock, onError }: EntryChainOptions) {
    this.#nextIndex = size;
    this.#head = head;
    this.#timestamp = timestamp;
    this.#timeMs = timestamp === '' ? 0 : Date.parse(timestamp);
    this.#key = key;
    this.#clock = clock;
    this.#onError = onError;
    // A log whose last entry lies in the future is worth a word before anything is recorded.
    if (timestamp !== '') this.#now();
  }

  /**
   * Makes the next entry.
   *
   * @throws {KitError} `AUDIT_STATEMENT` when it is too long to be read back; then none is made.
   */
  next(content: EntryContent): MadeEntry {
    const index = this.#nextIndex;
    const id = makeEntryId(index);
    const timestamp = this.#now();
    const statement = encodeStatement({ ...content, id, index, prev: this.#head, timestamp });
    const line = signEnvelope(Buffer.from(statement), this.#key);
    if (line.length > maxLineBytes) {
      throw new KitError(
        'AUDIT_STATEMENT',
        `An audit entry is at most ${maxLineBytes} bytes long.`,
      );
    }
    // One buffer for the tree, which puts a byte before the line, and the file, which puts one after.
    const bytes = Buffer.from(`${leafPrefix}${line}\n`, 'latin1');
    const leaf = leafHashOf(bytes.subarray(0, -1));
    this.#nextIndex += 1;
    this.#head = leaf.toString('hex');
    return { id, index, timestamp, bytes: bytes.subarray(1), leaf };
  }

  /** Makes the entry that changes the key; the new one signs from the next entry on. */
  changeKey(next: SigningKey): MadeEntry {
    const made = this.next(keyChangeContent(this.#key.publicKey, next.publicKey));
    this.#key = next;
    return made;
  }

  // Time in the log never runs backwards: an entry older than the one before looks like a forgery.
  #now(): string {
    const timeMs = this.#clock();
    if (timeMs < this.#timeMs) {
      this.#reportClock(this.#timeMs - timeMs);
    } else if (timeMs > this.#timeMs || this.#timestamp === '') {
      this.#timeMs = timeMs;
      this.#timestamp = new Date(timeMs).toISOString();
    }
    return this.#timestamp;
  }

  #reportClock(behindMs: number): void {
    if (this.#hasReportedClock) return;
    this.#hasReportedClock = true;
    const error = new KitError(
      'AUDIT_CLOCK',
      `The clock is ${Math.ceil(behindMs)} ms behind the last entry of the audit log. Entries keep that entry’s time until the clock is past it.`,
    );
    // A host's callback that throws must not keep an entry from being made.
    queueMicrotask(() => this.#onError(error));
  }
}
