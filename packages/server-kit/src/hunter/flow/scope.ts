import { joinValues, type Value } from './value.ts';

/** The names of one function or file, with the scope around it. */
export class Scope {
  readonly parent: Scope | undefined;
  #names: Map<string, Value>;

  constructor(parent?: Scope) {
    this.parent = parent;
    this.#names = new Map();
  }

  /** The value that a name has here, looked up outwards. */
  get(name: string): Value | undefined {
    return this.#names.get(name) ?? this.parent?.get(name);
  }

  /** Whether the name is made in this very scope. */
  owns(name: string): boolean {
    return this.#names.has(name);
  }

  /** Makes or changes a name in this scope. */
  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  /** Changes a name where it was made; makes it here if nowhere. */
  assign(name: string, value: Value): void {
    const owner = this.#ownerOf(name);
    (owner ?? this).set(name, value);
  }

  /** Applies a change to every value of this scope, as after a check of their common origin. */
  update(change: (value: Value) => Value): void {
    for (const [name, value] of this.#names) this.#names.set(name, change(value));
  }

  /** A state of the names to come back to. */
  save(): ReadonlyMap<string, Value> {
    return new Map(this.#names);
  }

  /** Returns to a saved state. */
  restore(state: ReadonlyMap<string, Value>): void {
    this.#names = new Map(state);
  }

  /** Makes each name what it may be after either of two paths. */
  join(state: ReadonlyMap<string, Value>): void {
    for (const [name, value] of state) {
      const own = this.#names.get(name);
      this.#names.set(name, own === undefined ? value : joinValues(own, value));
    }
  }

  #ownerOf(name: string): Scope | undefined {
    if (this.owns(name)) return this;
    let scope = this.parent;
    while (scope !== undefined && !scope.owns(name)) scope = scope.parent;
    return scope;
  }
}
