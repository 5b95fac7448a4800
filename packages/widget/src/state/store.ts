/** Something whose state is a fresh immutable value on each change: a {@link Store}, or an `Ide`. */
export interface Observable<S> {
  readonly state: S;
  /** Calls back after each change; returns the way to stop that. */
  subscribe(listener: (state: S) => void): () => void;
}

/** Observable state of the interface itself. */
export interface Store<S> extends Observable<S> {
  /** Replaces the named fields; tells nobody when nothing changed. */
  update(patch: Partial<S>): void;
}

/** Creates a store that holds `initial`. */
export function createStore<S extends object>(initial: S): Store<S> {
  let state = initial;
  const listeners = new Set<(state: S) => void>();
  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    update(patch) {
      const changed = (Object.keys(patch) as (keyof S)[]).some(
        (key) => !Object.is(state[key], patch[key]),
      );
      if (!changed) return;
      state = { ...state, ...patch };
      for (const listener of [...listeners]) listener(state);
    },
  };
}
