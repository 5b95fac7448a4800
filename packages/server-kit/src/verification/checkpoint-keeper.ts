import type { Availability } from './availability.ts';

/** A signed note and the number of entries that it covers. */
export interface SignedCheckpoint {
  note: string;
  size: number;
}

/** What {@link CheckpointKeeper} works with. */
export interface CheckpointKeeperOptions {
  /** The checkpoint that is stored already. */
  stored: SignedCheckpoint;
  availability: Availability;
  /** Signs the present state of the tree. */
  sign: () => SignedCheckpoint;
  /** Makes a note durable. */
  store: (note: string) => Promise<void>;
  /** Shortest time between two checkpoints that nobody asked for, milliseconds. */
  intervalMs: number;
}

/** Keeps the newest stored checkpoint, and renews it in time or on demand. */
export class CheckpointKeeper {
  readonly #options: CheckpointKeeperOptions;
  #newest: SignedCheckpoint;
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<void> | undefined;

  constructor(options: CheckpointKeeperOptions) {
    this.#options = options;
    this.#newest = options.stored;
  }

  /** Newest checkpoint that is stored, so that a restart never falls behind what clients saw. */
  get newest(): SignedCheckpoint {
    return this.#newest;
  }

  /** Renews the checkpoint when the interval is over; more calls until then change nothing. */
  schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#renewAnew();
    }, this.#options.intervalMs).unref();
  }

  /**
   * The newest checkpoint, renewed until it covers so many entries.
   *
   * @throws {RequestError} `audit_unavailable` when it cannot be renewed.
   */
  async covering(size: number): Promise<SignedCheckpoint> {
    while (this.#newest.size < size) {
      this.#options.availability.require();
      await this.#renew();
    }
    return this.#newest;
  }

  /** Ends the timer and stores a last checkpoint over `size` entries, if the log can. */
  async close(size: number): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#renewal !== undefined) await this.#renewal;
    if (this.#newest.size < size && this.#canStore()) await this.#renew();
  }

  // Also while the disk is short of space: the results that are still taken must be covered.
  #canStore(): boolean {
    return this.#options.availability.refusal === undefined;
  }

  // A renewal that is under way was signed before the newest entries.
  async #renewAnew(): Promise<void> {
    if (this.#renewal !== undefined) await this.#renewal;
    if (this.#canStore()) await this.#renew();
  }

  /** One renewal at a time; its failure ends the log's service, and it never rejects. */
  #renew(): Promise<void> {
    this.#renewal ??= this.#signAndStore().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #signAndStore(): Promise<void> {
    const { sign, store, availability } = this.#options;
    try {
      const signed = sign();
      await store(signed.note);
      this.#newest = signed;
    } catch (error) {
      availability.fail(error);
    }
  }
}
