import { createClient, type Client, type ClientOptions } from '../../src/index.ts';
import { persist, type RestoredRequest } from '../../src/persist/index.ts';
import { shareSocket } from '../../src/tabs/index.ts';

/** What the page's client has beside the core. */
export type PageMode = 'persist' | 'tabs' | 'both';

interface Assistant {
  client: Client;
  restored: RestoredRequest[];
  errors: string[];
  /** Numbers of the events. */
  seqs: number[];
  /** Writes a file that is called as its request. */
  save(id: string): Promise<string>;
  /** Whether this tab holds the lock of those who share a socket. */
  leads(): Promise<boolean>;
}

declare global {
  var assistant: Assistant;
}

const query = new URLSearchParams(location.search);
const mode = query.get('mode') as PageMode;
const restored: RestoredRequest[] = [];
const errors: string[] = [];
const seqs: number[] = [];

const options: ClientOptions = {
  url: query.get('url')!,
  sessionId: 's_1',
  timeoutMs: 0,
  backoff: { minMs: 5, maxMs: 50 },
  ...(mode === 'persist' ? {} : { WebSocket: shareSocket({ name: 'app' }) }),
};
const settings = {
  key: 'app',
  onRestored: (request: RestoredRequest) => void restored.push(request),
  onError: (error: unknown) => void errors.push(String(error)),
};
const client =
  mode === 'tabs'
    ? createClient(options)
    : await persist(settings, (identity) => createClient({ ...options, ...identity }));
client.on('event', ({ seq }) => {
  if (seq !== undefined) seqs.push(seq);
});
client.connect();

globalThis.assistant = {
  ...{ client, restored, errors, seqs },
  async save(id) {
    const input = { path: `${id}.txt`, content: id };
    return (await client.request('file_save', input, { requestId: id })).path;
  },
  leads() {
    // A lock that only this page has tells by what id the browser knows it.
    const probe = crypto.randomUUID();
    return navigator.locks.request(probe, async () => {
      const { held = [] } = await navigator.locks.query();
      const own = held.find(({ name }) => name === probe)?.clientId;
      return held.some(({ name, clientId }) => clientId === own && name !== probe);
    });
  },
};
