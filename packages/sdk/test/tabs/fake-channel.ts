import type { Tab } from './fake-browser.ts';

/** A `BroadcastChannel` of one tab. */
export class FakeChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly tab: Tab;
  readonly name: string;
  readonly #all: Set<FakeChannel>;

  constructor(all: Set<FakeChannel>, tab: Tab, name: string) {
    this.tab = tab;
    this.name = name;
    this.#all = all;
    all.add(this);
  }

  postMessage(message: unknown): void {
    for (const other of this.#all) {
      if (other === this || other.name !== this.name) continue;
      const data = structuredClone(message);
      setImmediate(() => {
        other.tab.run(() => {
          if (this.#all.has(other)) other.onmessage?.({ data });
        });
      });
    }
  }

  close(): void {
    this.#all.delete(this);
  }
}
