/** Where keys and checkpoints are remembered. `localStorage` is one, and so is anything like it. */
export interface VerifierStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/**
 * `localStorage`, and memory where there is none or it is refused, as in some private windows: then a
 * log that is set back is noticed only until the page is left.
 */
export function defaultStorage(): VerifierStorage {
  const memory = new Map<string, string>();
  const attempt = <T>(use: (storage: Storage) => T): T | null => {
    try {
      return use(localStorage);
    } catch {
      return null;
    }
  };
  return {
    getItem: (key) => attempt((storage) => storage.getItem(key)) ?? memory.get(key) ?? null,
    setItem(key, value) {
      memory.set(key, value);
      attempt((storage) => storage.setItem(key, value));
    },
    removeItem(key) {
      memory.delete(key);
      attempt((storage) => storage.removeItem(key));
    },
  };
}
