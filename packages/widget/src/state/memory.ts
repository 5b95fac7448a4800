/** The part of Web Storage that is used here. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What the browser remembers for a person between two visits. Never a token. */
export interface Memory {
  read(key: string): string | null;
  write(key: string, value: string | null): void;
}

/**
 * Remembers through the storage that `open` gives. A page may forbid storage altogether, and then
 * merely naming it throws; nothing is remembered there, and nothing fails.
 */
export function createMemory(open: () => KeyValueStorage | undefined): Memory {
  const attempt = <T>(use: (storage: KeyValueStorage) => T): T | null => {
    try {
      const storage = open();
      return storage ? use(storage) : null;
    } catch {
      return null;
    }
  };
  return {
    read: (key) => attempt((storage) => storage.getItem(`ide-assistant:${key}`)),
    write(key, value) {
      attempt((storage) => {
        if (value === null) storage.removeItem(`ide-assistant:${key}`);
        else storage.setItem(`ide-assistant:${key}`, value);
      });
    },
  };
}

/**
 * The key under which the session of a server is remembered: its address without the query, so that
 * nothing secret in one is ever stored.
 */
export function sessionKey(url: string, base: string): string {
  if (!URL.canParse(url, base)) return 'session';
  const { origin, pathname, host, protocol } = new URL(url, base);
  // `origin` is the string "null" for ws: and wss: in some engines.
  return `session:${origin === 'null' ? `${protocol}//${host}` : origin}${pathname}`;
}
