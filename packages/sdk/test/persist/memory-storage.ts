import type { PersistEntry, PersistStorage } from '../../src/persist/index.ts';

/** A storage that outlives the clients of a test, and fails when told. */
export class MemoryStorage implements PersistStorage {
  readonly entries = new Map<string, PersistEntry>();
  broken: (keyof PersistStorage)[] = [];

  /** Ids of the stored requests, in the order of their calls. */
  get ids(): string[] {
    const entries = [...this.entries.values()] as (PersistEntry & { calledAt: number })[];
    return entries
      .filter(({ requestId }) => requestId)
      .sort((a, b) => a.calledAt - b.calledAt)
      .map(({ requestId }) => requestId);
  }

  async getAll(): Promise<PersistEntry[]> {
    this.#check('getAll');
    return [...this.entries.values()].reverse();
  }

  async add(entry: PersistEntry): Promise<void> {
    this.#check('add');
    if (this.entries.has(entry.requestId)) throw new Error('there already');
    this.entries.set(entry.requestId, structuredClone(entry));
  }

  async delete(requestId: string): Promise<void> {
    this.#check('delete');
    this.entries.delete(requestId);
  }

  #check(method: keyof PersistStorage): void {
    if (this.broken.includes(method)) throw new Error(`${method} failed`);
  }
}
