import type { FakeChannel } from './fake-channel.ts';

/** Runs the tasks of a page. */
export interface Tab {
  run(task: () => void): void;
}

/** A tab's wish for a lock. */
export interface LockRequest {
  tab: Tab;
  name: string;
  callback: () => Promise<void>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** What the tabs of one browser have in common: locks, channels and a storage. */
export class FakeBrowser {
  readonly storage = new Map<string, string>();
  readonly held = new Map<string, LockRequest>();
  readonly queue: LockRequest[] = [];
  readonly channels = new Set<FakeChannel>();

  /** Resolves once all that the tabs have told each other so far has been heard. */
  async heard(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  enqueue(request: LockRequest): void {
    this.queue.push(request);
    // As in a browser, a lock is never granted within the call.
    setImmediate(() => this.#grant());
  }

  withdraw(request: LockRequest): void {
    const place = this.queue.indexOf(request);
    if (place >= 0) this.queue.splice(place, 1);
  }

  steal(request: LockRequest): void {
    const robbed = this.held.get(request.name);
    this.#hold(request);
    robbed?.tab.run(() => robbed.reject(new Error('stolen')));
  }

  /** Cleans up behind a tab that is gone. */
  forget(tab: Tab): void {
    for (const channel of this.channels) if (channel.tab === tab) channel.close();
    for (const request of [...this.queue]) if (request.tab === tab) this.withdraw(request);
    for (const [name, holder] of this.held) if (holder.tab === tab) this.held.delete(name);
    this.#grant();
  }

  #grant(): void {
    for (const request of [...this.queue]) {
      if (this.held.has(request.name)) continue;
      this.withdraw(request);
      this.#hold(request);
    }
  }

  #hold(request: LockRequest): void {
    const { tab, name, callback, resolve } = request;
    this.held.set(name, request);
    const release = (value: unknown) => {
      resolve(value);
      if (this.held.get(name) !== request) return;
      this.held.delete(name);
      this.#grant();
    };
    // A tab that sleeps is given the lock all the same.
    tab.run(() => void callback().then(release));
  }
}
