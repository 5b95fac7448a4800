import { setImmediate, setTimeout } from 'node:timers/promises';
import type { AppendFile } from './append-file.ts';
import type { Availability } from './availability.ts';

/** A line on its way to the disk. */
interface PendingLine {
  bytes: Buffer;
  onDurable: () => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What {@link GroupCommit} works with. */
export interface GroupCommitOptions {
  file: AppendFile;
  availability: Availability;
  /** How long a group is held open for more entries, milliseconds; 0 is one turn of the event loop. */
  delayMs: number;
}

/** So many lines are written at once, though more may follow in the same turn. */
const burstLines = 16;

/**
 * Writes lines in order. What is added while a write is under way goes together into the next one,
 * so that a hundred waiting entries cost one durable write. The start of a burst is written while
 * its rest is still being signed: the disk and the processor work at the same time.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: PendingLine[] = [];
  #running: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  #isWriting = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the line is durable.
   *
   * @param bytes The line with its newline.
   * @param onDurable Called before that, for one line after the other in the order of adding.
   * @throws {RequestError} `audit_unavailable`
   */
  add(bytes: Buffer, onDurable: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ bytes, onDurable, resolve, reject });
      this.#running ??= this.#run();
      const isBurst = this.#options.delayMs === 0 && this.#queue.length >= burstLines;
      if (isBurst && !this.#isWriting) this.#begin();
    });
  }

  /** Resolves when nothing is left to write. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { delayMs } = this.#options;
    do {
      await (delayMs > 0 ? setTimeout(delayMs) : setImmediate());
      if (this.#queue.length > 0 && !this.#isWriting) this.#begin();
      await this.#writing;
    } while (this.#queue.length > 0 || this.#isWriting);
    this.#running = undefined;
  }

  #begin(): void {
    const group = this.#queue;
    this.#queue = [];
    this.#isWriting = true;
    this.#writing = this.#write(group);
  }

  // No await before the bytes are handed over: the rest of a burst is made in the same turn.
  async #write(group: readonly PendingLine[]): Promise<void> {
    const { file, availability } = this.#options;
    try {
      availability.require();
      await file.append(Buffer.concat(group.map(({ bytes }) => bytes)));
    } catch (error) {
      availability.fail(error);
    }
    // Before anybody hears of it: the first thing that callers do is to add the next lines.
    this.#isWriting = false;
    for (const { onDurable, resolve, reject } of group) {
      // The log may also have failed elsewhere meanwhile, as by a replaced file.
      if (availability.refusal !== undefined) {
        reject(availability.refusal);
      } else {
        onDurable();
        resolve();
      }
    }
  }
}
