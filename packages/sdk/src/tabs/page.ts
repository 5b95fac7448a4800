/** The part of `navigator.locks` that is used. */
export interface LocksLike {
  /** Grants one holder at a time, from the call of `callback` until its promise is settled. */
  request(
    name: string,
    options: { signal?: AbortSignal; steal?: boolean },
    callback: () => Promise<void>,
  ): Promise<unknown>;
}

/** The part of a `BroadcastChannel` that is used. */
export interface ChannelLike {
  onmessage: { bivariant(event: { readonly data: unknown }): void }['bivariant'] | null;
  postMessage(message: unknown): void;
  close(): void;
}
