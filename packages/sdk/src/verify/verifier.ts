import type { InputOf, OutputOf } from '../protocol/index.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { JwkSet, LogKey } from './keys.ts';
import { defaultStorage, type VerifierStorage } from './storage.ts';
import { verifyEntry, type CheckedEntry, type RefusedEntry } from './verify-entry.ts';

/** Options of {@link createVerifier}. One of `keys`, `url` and `fetchKeys` is needed. */
export interface VerifierOptions {
  /** Asks for entries: a client, or what stands for one. */
  client: {
    request(type: 'audit_get', input: InputOf<'audit_get'>): Promise<OutputOf<'audit_get'>>;
  };
  /**
   * The log's public keys, from a place that the server cannot reach. Keys that these hand over to are
   * accepted; no others. @default those of the first use, remembered
   */
  keys?: JwkSet | undefined;
  /** That of the client; its `…/ws` gives the address of the keys, `…/jwks.json`. */
  url?: string | URL | undefined;
  /** Asks the server for its keys. @default from the address that follows from `url` */
  fetchKeys?: (() => Promise<JwkSet>) | undefined;
  /** @default `localStorage`, else memory */
  storage?: VerifierStorage | undefined;
  /** Names the log in the storage. @default the address of the keys, without `url` `log` */
  name?: string | undefined;
}

/** An entry that is genuine, and how much this client knew before. */
export interface VerifiedEntry extends CheckedEntry {
  /** Whether the keys were taken from the server just now, with nothing to hold them against. */
  readonly firstUse: boolean;
}

/** What a check came to. */
export type Verification = VerifiedEntry | RefusedEntry;

/** Checks entries of one log, and remembers what it saw of it. */
export interface Verifier {
  /**
   * Asks for an entry and checks it without trust in the server. A check that fails is a result.
   * @throws AssistantError (rejects) `not_found`, `audit_unavailable` and what else a request ends with,
   * TypeError, as of `fetch`, when the keys cannot be had, and what a given `storage` throws.
   */
  verify(verificationId: string): Promise<Verification>;
  /** Forgets the log, so that the next check is a first use: for one that was begun anew on purpose. */
  forget(): Promise<void>;
}

/** What is remembered of a log: the latest checkpoint, and the keys with what handed over to them. */
interface Memory extends Checkpoint, JwkSet {}

/**
 * Checks what a server says that it did, in the client: signature, place in the log, and that the log
 * continues what was seen of it before.
 * @example
 * const verifier = createVerifier({ client, url: '/ide/ws' });
 * const { verification_id } = await client.request('file_save', { path, content });
 * const result = await verifier.verify(verification_id);
 * if (!result.ok) warn(result.code, result.message);
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const { client, keys: pinned, url, storage = defaultStorage() } = options;
  const address = url && keysBeside(url);
  const fetchKeys = options.fetchKeys ?? (address && (() => fetchFrom(address)));
  const storageKey = `ide-assistant:verify:${options.name ?? address ?? 'log'}`;

  const check = async (id: string): Promise<Verification> => {
    const text = await storage.getItem(storageKey);
    const remembered = recall(text);
    const entry = await client.request('audit_get', {
      verification_id: id,
      since: remembered?.treeSize,
    });
    const judge = (offered: readonly LogKey[]) => {
      // All other keys are good only by the entry that handed over to them.
      const roots = (remembered?.keys ?? offered).filter(({ ide_rotation: by }) => !by);
      const keys = pinned ?? { keys: roots };
      return verifyEntry({ id, entry, keys, offered: { keys: offered }, remembered });
    };
    const known = remembered?.keys ?? [];
    let result = await judge(known);
    if (!result.ok && result.code === 'UNKNOWN_KEY' && fetchKeys) {
      result = await judge([...known, ...(await fetchKeys()).keys]);
    }
    if (!result.ok) return result;
    const { origin, treeSize, root, keys } = result;
    // A configured key of later entries tells of a longer log: whoever has a retired one could else show
    // a state of its time.
    if (pinned?.keys.some(({ ide_first: first }) => first! > treeSize)) {
      return { ok: false, code: 'ROLLBACK', message: 'The log is shorter than it was.' };
    }
    // Another tab has seen more of the log meanwhile, so this answer is held against that as well.
    if ((await storage.getItem(storageKey)) !== text) return check(id);
    await storage.setItem(storageKey, JSON.stringify({ origin, treeSize, root, keys }));
    return { ...result, firstUse: !pinned && !remembered };
  };

  // One after another: two answers that were each held against the same checkpoint alone could be of
  // two histories.
  let latest: Promise<unknown> = Promise.resolve();
  return {
    verify(verificationId) {
      const verification = latest.then(() => check(verificationId));
      latest = verification.catch(() => {});
      return verification;
    },
    async forget() {
      await storage.removeItem(storageKey);
    },
  };
}

/**
 * What was remembered. What cannot be read is as if it were not there: whoever can write such a thing
 * could as well have taken the whole away.
 */
function recall(text: string | null): Memory | null {
  try {
    const memory = JSON.parse(text!) as Memory;
    return memory.origin && memory.treeSize && memory.root && memory.keys.every(({ x }) => x)
      ? memory
      : null;
  } catch {
    return null;
  }
}

function keysBeside(url: string | URL): string {
  const { location } = globalThis as { location?: { href: string } };
  return new URL('jwks.json', new URL(url, location?.href)).href.replace(/^ws/, 'http');
}

async function fetchFrom(address: string): Promise<JwkSet> {
  // Without a look at the server a key of just now is missing for as long as the list is cached.
  const response = await fetch(address, { cache: 'no-cache' });
  if (!response.ok) throw new TypeError(`${response.status} ${address}`);
  return (await response.json()) as JwkSet;
}
