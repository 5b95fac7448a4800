import { onMount } from 'svelte';
import type { Client } from './client.ts';
import type { Status } from './status.ts';

/** A value that changes, by Svelte's store contract: `$status` in a component reads it. */
export interface StatusStore {
  /** Calls back at once and at each change. Returns the undo. */
  subscribe(run: (status: Status) => void): () => void;
}

/**
 * Makes a client for the life of a component and keeps it connected while the component is mounted;
 * 250 ms after the last user of the client has gone, it closes. Nothing happens before the mount, so
 * that rendering on a server opens no connection. To change what the client is made of, put the
 * component into a `{#key}` block of it.
 *
 * @example
 * const client = ideClient(() => createClient({ url: '/ide/ws' }));
 * const status = ideStatus(client);
 */
export function ideClient(create: () => Client): Client {
  const client = create();
  onMount(() => {
    client.retain();
    return () => client.release();
  });
  return client;
}

/** The status of a client as a store. Subscribing does not connect. */
export function ideStatus(client: Client): StatusStore {
  return {
    subscribe(run) {
      run(client.status);
      return client.on('status', run);
    },
  };
}
