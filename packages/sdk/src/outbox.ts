import type { ClientOptions } from './options.ts';

/**
 * The requests without an answer by their id. A `Map` keeps the order of the calls, in which they are
 * sent again.
 */
export type Outbox<Entry extends { readonly bytes: number }> = Map<string, Entry>;

/** Whether one more request of `bytes` stays within the bounds. Bytes count only while they wait. */
export function hasRoom(
  outbox: Outbox<{ readonly bytes: number }>,
  bytes: number,
  connected: boolean,
  { maxRequests = 500, maxBytes = 1_048_576 }: NonNullable<ClientOptions['queue']> = {},
): boolean {
  let totalBytes = bytes;
  for (const entry of outbox.values()) totalBytes += entry.bytes;
  return outbox.size < maxRequests && (connected || totalBytes <= maxBytes);
}
