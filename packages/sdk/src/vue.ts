import {
  getCurrentInstance,
  onMounted,
  onScopeDispose,
  shallowReadonly,
  shallowRef,
  type ShallowRef,
} from 'vue';
import type { Client } from './client.ts';
import type { Status } from './status.ts';

/**
 * Makes a client for the life of a component and keeps it connected while the component is mounted;
 * 250 ms after the last user of the client has gone, it closes. Nothing happens before the mount, so
 * that rendering on a server opens no connection. To change what the client is made of, give the
 * component a `key` of it.
 *
 * @example
 * const client = useIdeClient(() => createClient({ url: '/ide/ws' }));
 * const status = useIdeStatus(client);
 */
export function useIdeClient(create: () => Client): Client {
  const client = create();
  whileMounted(() => {
    client.retain();
    return () => client.release();
  });
  return client;
}

/** The status of a client, also of one that was not made by `useIdeClient`. Does not connect. */
export function useIdeStatus(client: Client): Readonly<ShallowRef<Status>> {
  const status = shallowRef(client.status);
  whileMounted(() => {
    status.value = client.status;
    return client.on('status', (next) => {
      status.value = next;
    });
  });
  return shallowReadonly(status);
}

/** Begins at the mount of a component, which a server never comes to; in another scope at once. */
function whileMounted(begin: () => () => void): void {
  const start = () => onScopeDispose(begin());
  if (getCurrentInstance()) onMounted(start);
  else start();
}
