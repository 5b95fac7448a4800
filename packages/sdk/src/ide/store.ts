import type { IdeState } from './state.ts';

/** Holds the state; each change makes a new object. */
export interface Store {
  readonly state: IdeState;
  /** Merges what changed, and tells the subscribers. */
  set(changes: Partial<IdeState>): void;
  /** Calls back after each change. Returns the undo. */
  subscribe(listener: (state: IdeState) => void): () => void;
}

/** Creates a store. */
export function createStore(initial: IdeState): Store {
  let state = initial;
  const listeners = new Set<{ call: (state: IdeState) => void }>();
  return {
    get state() {
      return state;
    },
    set(changes) {
      state = { ...state, ...changes };
      for (const { call } of [...listeners]) call(state);
    },
    subscribe(call) {
      const listener = { call };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Replaces the items that match; the list keeps its identity when none does. */
export function replaceWhere<Item>(
  items: readonly Item[],
  matches: (item: Item) => boolean,
  change: (item: Item) => Item,
): readonly Item[] {
  return items.some(matches) ? items.map((item) => (matches(item) ? change(item) : item)) : items;
}
