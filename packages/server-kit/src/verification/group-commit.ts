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

/**
 * Writes lines in order. What is added while a write is under way goes together into the next one,
 * so that a hundred waiting entries cost one write and one fdatasync.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #queue: PendingLine[] = [];
  #running: Promise<void> | undefined;

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
    });
  }

  /** Resolves when nothing is left to write. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { delayMs } = this.#options;
    while (this.#queue.length > 0) {
      await (delayMs > 0 ? setTimeout(delayMs) : setImmediate());
      const group = this.#queue;
      this.#queue = [];
      await this.#commit(group);
    }
    this.#running = undefined;
  }

  async #commit(group: PendingLine[]): Promise<void> {
    const { file, availability } = this.#options;
    try {
      availability.require();
      await file.append(Buffer.concat(group.map(({ bytes }) => bytes)));
      await file.sync();
    } catch (error) {
      availability.fail(error);
    }
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
