import type { Client } from '../client.ts';
import type { RequestOptions } from '../options.ts';
import type { InputOf, OperationName } from '../protocol/index.ts';
import type { RequestStream, StreamName } from '../stream.ts';
import type { Identity, PersistOptions } from './options.ts';
import { openStorage, type PersistEntry, type PersistStorage } from './storage.ts';

interface IdentityEntry extends PersistEntry, Identity {}

interface StoredRequest extends PersistEntry {
  readonly sessionId: string | undefined;
  readonly type: OperationName;
  readonly input: InputOf<OperationName>;
  /** Epoch milliseconds, and later for each call, so that it tells their order. */
  readonly calledAt: number;
}

/**
 * Makes a client whose unanswered requests outlive the page. What an earlier page left behind is sent
 * first, in the order of the calls and under the old ids, so that the server answers what it has done
 * already without a second effect. A storage that fails holds up no request.
 * @throws (rejects) only what `create` or `onRestored` throws.
 * @example
 * const client = await persist({ key: 'my-app' }, (identity) =>
 *   createClient({ url: '/ide/ws', token, ...identity }),
 * );
 */
export async function persist(
  options: PersistOptions,
  create: (identity: Identity) => Client,
): Promise<Client> {
  const {
    key,
    maxAgeMs = 86_400_000,
    // What reads, lists, or concerns the connection or a terminal on the screen alone; nor is what is typed
    // there put on a disk. A test holds this against the contract.
    keep = (type) =>
      !/(cancel|close|get|history|input|list|open|ping|refresh|resize|scan|scribe)$/.test(type),
    onRestored,
    onError = () => {},
  } = options;

  let identity: IdentityEntry = { requestId: '', clientId: randomId(), sessionId: randomId() };
  let storage: PersistStorage;
  let entries: readonly PersistEntry[];
  try {
    storage = options.storage ?? (await openStorage(`ide-assistant:${key}`));
    // Another page may have been the first.
    await storage.add(identity).catch(() => {});
    entries = await storage.getAll();
    // Throws if there is none, since nothing could be added.
    ({ ...identity } = entries.find(({ requestId }) => !requestId) as IdentityEntry);
  } catch (error) {
    // Without an identity that lasts, what is kept could never be sent again.
    onError(error);
    return create(identity);
  }

  const client = create(identity);
  // As the caller may have given another one to the client.
  const { request, stream, sessionId } = client;
  const live = new Map<string, StoredRequest>();
  // What is to be sent again at the begin of the next connection.
  const waiting = (entries as readonly StoredRequest[])
    .filter((entry) => entry.requestId && entry.sessionId === sessionId)
    .sort((a, b) => a.calledAt - b.calledAt);
  // New calls go behind these, even if the clock was put back since.
  let lastCall = waiting.at(-1)?.calledAt ?? 0;

  const forgetAfter = (result: Promise<unknown>, entry: StoredRequest) => {
    const { requestId } = entry;
    live.set(requestId, entry);
    result
      .catch((error: unknown) => error)
      .then((outcome) => {
        live.delete(requestId);
        // The end of the client is no answer. It is repeated when the client is connected again, so
        // that it does not take effect after what is called then.
        return /closed|unauth/.test((outcome as { code: string }).code)
          ? waiting.push(entry)
          : storage.delete(requestId);
      })
      .catch(onError);
  };

  const restore = () => {
    for (const entry of waiting.splice(0)) {
      // Nobody waits for it who could lose patience; what it waits for is counted from its call.
      const result =
        Date.now() - entry.calledAt < maxAgeMs
          ? request(entry.type, entry.input, { ...entry, timeoutMs: 0 })
          : Promise.reject(failure('expired'));
      forgetAfter(result, entry);
      onRestored?.({ ...entry, result });
    }
  };

  const keeping =
    <R extends Promise<unknown> | RequestStream<StreamName>>(
      send: (type: never, input: never, options: RequestOptions) => R,
    ) =>
    (type: OperationName, input: InputOf<OperationName>, given?: RequestOptions): R => {
      const requestId = given?.requestId ?? randomId();
      const started = send(type as never, input as never, { ...given, requestId });
      if (keep(type) && !live.has(requestId) && client.status.state !== 'closed') {
        lastCall = Math.max(lastCall + 1, Date.now());
        const entry = { requestId, sessionId, type, input, calledAt: lastCall };
        // As much as the client lets wait without a connection; it also bounds their number.
        if (JSON.stringify([...live, entry]).length < 1_048_576) {
          storage.add(entry).catch(onError);
          forgetAfter('result' in started ? started.result : started, entry);
        } else onError(failure('queue_full'));
      }
      // A promise of its own: a failure that nobody handles is still reported as unhandled.
      return 'result' in started ? started : (started.then((reply) => reply) as R);
    };

  restore();
  client.on('status', (status) => status.state === 'connecting' && restore());
  return Object.assign(client, { request: keeping(request), stream: keeping(stream) });
}

/** As the client's errors are recognised; their class would be a tenth of this entry. */
function failure(code: string): Error {
  return Object.assign(new Error(code), { code, [Symbol.for('ide-assistant.error')]: true });
}

// The name of a session has no dots, and a page that is no secure context no `randomUUID`.
function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
