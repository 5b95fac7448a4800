import { openIndexedDb } from './indexed-db.ts';

/** One thing that is stored: plain data, as JSON has it. */
export interface PersistEntry {
  /** Unique in the storage. */
  readonly requestId: string;
}

/**
 * Where the queue of one key is kept. Calls take effect in their order. One that rejects costs the
 * entry, never the request.
 */
export interface PersistStorage {
  /** All entries, in any order. */
  getAll(): Promise<readonly PersistEntry[]>;
  /**
   * Adds an entry, unless its id is there already, in one step: so two tabs that start at once agree on
   * who was first. May resolve or reject for the other one.
   */
  add(entry: PersistEntry): Promise<unknown>;
  /** Forgets an entry; an id that is not there is ignored. */
  delete(requestId: string): Promise<unknown>;
}

/**
 * The best storage of this page: IndexedDB, or `localStorage` where that is missing or refused, as in
 * some private windows.
 */
export function openStorage(name: string): Promise<PersistStorage> {
  return openIndexedDb(name).catch(() => ({
    // With the name behind the id no queue's entries are found by another, whose name is its begin.
    getAll: async () =>
      Object.keys(localStorage)
        .filter((key) => key.endsWith(name))
        .map((key) => JSON.parse(localStorage[key])),
    add: async (entry) => (localStorage[entry.requestId + name] ??= JSON.stringify(entry)),
    delete: async (requestId) => delete localStorage[requestId + name],
  }));
}
