import type { PersistStorage } from './storage.ts';

/**
 * Opens a database of the page's origin.
 * @throws (rejects) where there is no IndexedDB or it is refused.
 */
export async function openIndexedDb(name: string): Promise<PersistStorage> {
  const opening = indexedDB.open(name);
  opening.onupgradeneeded = () => opening.result.createObjectStore(name, { keyPath: 'requestId' });
  const db = await ended(opening);
  // Somebody deletes the database, as at a logout: an open connection would make them wait.
  db.onversionchange = () => db.close();
  const run = async <T>(act: (store: IDBObjectStore) => IDBRequest<T>) =>
    ended(act(db.transaction(name, 'readwrite').objectStore(name)));
  return {
    getAll: () => run((store) => store.getAll()),
    add: (entry) => run((store) => store.add(entry)),
    delete: (requestId) => run((store) => store.delete(requestId)),
  };
}

/** The result of a request, once its transaction has ended too: a full disk shows only then. */
function ended<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const whole: Whole = request.transaction ?? request;
    whole.onsuccess = whole.oncomplete = () => resolve(request.result);
    request.onerror = whole.onabort = () => reject(request.error ?? whole.error);
  });
}

/** A transaction, or the opening of a database, which has none; each with its own name for its end. */
interface Whole {
  readonly error: unknown;
  onsuccess?: unknown;
  oncomplete?: unknown;
  onabort?: unknown;
}
