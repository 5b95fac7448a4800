import type { Client } from '../client.ts';
import type { Store } from './store.ts';

/** The workspace's tree. */
export interface Tree {
  /** Loads it; calls that arrive meanwhile share one more load after this one. */
  refresh(): Promise<void>;
  /** Loads it again if it was ever loaded, because something in it changed. */
  touched(): void;
}

/** Keeps `tree` up to date. */
export function createTree(client: Client, store: Store): Tree {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let loaded = false;

  async function load(): Promise<void> {
    const { tree, truncated } = await client.request('directory_list', {});
    loaded = true;
    store.set({ tree, treeTruncated: truncated });
  }

  function refresh(): Promise<void> {
    if (!current) {
      current = load().finally(() => {
        current = undefined;
      });
      return current;
    }
    // The one under way may have been answered before the latest change.
    next ??= current
      .catch(() => {})
      .then(() => {
        next = undefined;
        return refresh();
      });
    return next;
  }

  return {
    refresh,
    touched() {
      // A tree that could not be loaded stays as it was, until the next change or call.
      if (loaded) refresh().catch(() => {});
    },
  };
}
