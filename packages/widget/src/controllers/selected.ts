import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { sameItems } from '../state/same-items.ts';
import type { Observable } from '../state/store.ts';

/**
 * Follows a part of an observable and asks for an update only when that part changes, so that text
 * streaming into the chat does not re-render the editor.
 */
export class Selected<S, T extends readonly unknown[]> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #source: () => Observable<S> | undefined;
  readonly #select: (state: S) => T;
  #bound: Observable<S> | undefined;
  #stop: (() => void) | undefined;
  #value: T | undefined;

  constructor(
    host: ReactiveControllerHost,
    source: () => Observable<S> | undefined,
    select: (state: S) => T,
  ) {
    this.#host = host;
    this.#source = source;
    this.#select = select;
    host.addController(this);
  }

  /** The selected part, or undefined while there is no source. */
  get value(): T | undefined {
    return this.#value;
  }

  hostConnected(): void {
    this.#bind();
  }

  hostUpdate(): void {
    if (this.#source() !== this.#bound) this.#bind();
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#bound = undefined;
  }

  #bind(): void {
    this.#stop?.();
    const source = this.#source();
    this.#bound = source;
    this.#value = source && this.#select(source.state);
    this.#stop = source?.subscribe((state) => {
      const next = this.#select(state);
      if (this.#value !== undefined && sameItems(this.#value, next)) return;
      this.#value = next;
      this.#host.requestUpdate();
    });
  }
}
