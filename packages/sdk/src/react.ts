import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Client } from './client.ts';
import type { Status } from './status.ts';

const idle: Status = { state: 'idle' };

/**
 * Makes a client for the life of a component and keeps it connected while the component is mounted;
 * 250 ms after the last user of the client has gone, it closes. Nothing happens before the mount, so
 * that rendering on a server opens no connection.
 *
 * @param create must have no effect of its own, as `createClient` has none: React may call it twice.
 * @param deps name what the client is made of, as its session; when one changes, a new client is made
 * and the old one is released. @default none: one client for as long as the component lives
 * @example
 * const client = useIdeClient(() => createClient({ url: '/ide/ws', sessionId }), [sessionId]);
 * const status = useIdeStatus(client);
 */
export function useIdeClient(create: () => Client, deps: readonly unknown[] = []): Client {
  const client = useMemo(create, deps);
  useEffect(() => {
    client.retain();
    return () => client.release();
  }, [client]);
  return client;
}

/**
 * The status of a client, also of one that was not made by a hook. Does not connect. Where a server
 * renders it is `idle`.
 */
export function useIdeStatus(client: Client): Status {
  const subscribe = useCallback((changed: () => void) => client.on('status', changed), [client]);
  return useSyncExternalStore(
    subscribe,
    () => client.status,
    () => idle,
  );
}
