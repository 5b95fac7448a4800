/** Where keys and checkpoints are remembered. `localStorage` is one, and so is anything like it. */
export interface VerifierStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

// Of the page and not of a verifier, as `localStorage` is: a page may make one for each check.
const unsaved = new Map<string, string>();

/**
 * `localStorage`, and memory where there is none or it refuses, as in some private windows or when it
 * is full: then a log that is set back is noticed only until the page is left. Each verifier has its
 * own, for one key.
 */
export function defaultStorage(): VerifierStorage {
  // For when others empty `localStorage` meanwhile.
  let latest: string | null = null;
  const write = (key: string, value: string, change: (storage: Storage) => void) => {
    latest = value;
    try {
      change(localStorage);
      unsaved.delete(key);
    } catch {
      unsaved.set(key, value);
    }
  };
  return {
    getItem(key) {
      try {
        // What could not be written is newer than what stands there.
        return unsaved.get(key) ?? localStorage.getItem(key) ?? latest;
      } catch {
        return latest;
      }
    },
    setItem(key, value) {
      write(key, value, (storage) => storage.setItem(key, value));
    },
    removeItem(key) {
      write(key, '', (storage) => storage.removeItem(key));
    },
  };
}
