import { randomUUID } from 'node:crypto';
import type { OperationName } from '@ide-assistant/sdk/protocol';
import { KitError } from '../errors.ts';
import { loadCedar } from './cedar.ts';
import type { Decision } from './decision.ts';
import { defaultPolicies } from './default-policies.ts';
import { loadPolicies, type LoadedPolicies, type PolicyDescription } from './loaded-policies.ts';
import { readPolicyFiles } from './policy-files.ts';
import type { PolicyPrincipal, PolicyRequest } from './policy-request.ts';
import { readPolicySet } from './policy-set.ts';
import type { PolicySource } from './policy-text.ts';
import { watchPolicyFiles, type WatchPolicyFiles } from './watch-policy-files.ts';

/** Decides on requests by one set of policies at a time. */
export interface PolicyEngine {
  /** Hash of the schema and the policies in force, `sha256:` and 64 hex digits. */
  readonly version: string;
  /** What each policy in force says of itself, and where it stands; by id, in the order of the texts. */
  readonly policies: ReadonlyMap<string, PolicyDescription>;
  /**
   * What the policies say to a request; whatever goes wrong on the way is a block.
   * `approved` tells that a person has approved exactly this request, so no review is asked for.
   */
  decide(request: PolicyRequest, options?: { approved?: boolean }): Decision;
  /** Ids of the policies that can have a say in such a request, whatever its other facts. */
  ableToApply(kind: PolicyPrincipal['kind'], action: OperationName): readonly string[];
  /**
   * Reads the files again. A set that is good takes the place of the old one in one step; of one that
   * is bad nothing is used.
   * @throws KitError `POLICY_INVALID`; then the old set is still in force.
   */
  reload(): Promise<{ changed: boolean; version: string }>;
  /** Stops watching and gives memory back. What is asked afterwards is blocked. */
  close(): void;
}

/** How an attempt to bring changed policies into force ended. */
export type PolicyReload =
  | { ok: true; version: string; previous: string }
  /** `version` is still in force. */
  | { ok: false; version: string; error: KitError };

/** How to make a {@link PolicyEngine}. */
export interface PolicyEngineOptions {
  /** Cedar text of the host, added to the defaults. */
  policies?: string;
  /**
   * Files with Cedar text, and directories whose `*.cedar` are read, sorted by name; at most 1 MiB
   * each, in UTF-8. Added to the defaults and to `policies`.
   */
  policyFiles?: readonly string[];
  /** Whether {@link defaultPolicies} hold. Without them nothing is allowed that the host's do not permit. @default true */
  defaults?: boolean;
  /** Whether changed `policyFiles` come into force by themselves; a function takes the place of our watcher. @default false */
  watch?: boolean | WatchPolicyFiles;
  /** Told of each change of the policies in force, and of each that was refused. */
  onReload?: (reload: PolicyReload) => void;
  /** How many decisions to keep; 0 keeps none. @default 4096 */
  memoEntries?: number;
  /** Told why a request was blocked as `REQUEST_INVALID`, `POLICY_ERROR` or `ENGINE_ERROR`. */
  onError?: (error: Error) => void;
}

/**
 * Reads the policies, checks them against the schema and makes an engine.
 * @throws KitError `POLICY_INVALID` with a line for each fault: source, line and policy.
 */
export async function createPolicyEngine(options: PolicyEngineOptions = {}): Promise<PolicyEngine> {
  const { policyFiles = [], watch = false, memoEntries = 4096 } = options;
  const { onReload = () => {}, onError = () => {} } = options;
  if (!Number.isInteger(memoEntries) || memoEntries < 0) {
    throw new KitError('OPTION_INVALID', 'memoEntries must be a whole number from 0.');
  }
  const cedar = await loadCedar();
  const id = randomUUID();
  // Two names in turn: the old set decides while the new one is being made, and Cedar, which keeps
  // what it was given by name for as long as the process lives, never holds more than two.
  let slots: readonly [string, string] = [`${id}/a`, `${id}/b`];
  const sources = await readSources(options);
  let inForce = load(sources, slots[0]);
  let tried: { sources: PolicySource[]; failure: KitError | null } = { sources, failure: null };
  let failure: KitError | null = null;
  let closed = false;
  let reloading: Promise<unknown> = Promise.resolve();
  const stopWatching = startWatching();

  return {
    get version() {
      return inForce.set.version;
    },
    get policies() {
      return inForce.descriptions;
    },
    decide: (request, { approved = false } = {}) => inForce.decide(request, approved),
    ableToApply: (kind, action) => inForce.ableToApply(kind, action),
    reload: () => inTurn(refresh),
    close() {
      if (closed) return;
      closed = true;
      stopWatching();
      inForce.release();
    },
  };

  function load(sources: readonly PolicySource[], slot: string): LoadedPolicies {
    return loadPolicies({ cedar, set: readPolicySet(cedar, sources), slot, memoEntries, onError });
  }

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = reloading.then(task);
    reloading = result.catch(() => undefined);
    return result;
  }

  async function refresh(): Promise<{ changed: boolean; version: string }> {
    const previous = inForce.set.version;
    const before = failure;
    failure = await attempt();
    const { version } = inForce.set;
    if (failure) {
      // Told once: what is looked at every few seconds stays wrong until somebody mends it.
      if (failure.message !== before?.message) onReload({ ok: false, version, error: failure });
      throw failure;
    }
    if (version !== previous || before) onReload({ ok: true, version, previous });
    return { changed: version !== previous, version };
  }

  async function attempt(): Promise<KitError | null> {
    let found: PolicySource[];
    try {
      found = await readSources(options);
    } catch (error) {
      return asKitError(error);
    }
    // To judge the same text again would hold up all requests for as long as the first time.
    if (!closed && !isSame(found, tried.sources)) {
      tried = { sources: found, failure: bringIntoForce(found) };
    }
    return tried.failure;
  }

  /** Nothing here waits, so each decision is made by one set from its begin to its end. */
  function bringIntoForce(found: readonly PolicySource[]): KitError | null {
    const [taken, free] = slots;
    const old = inForce;
    try {
      inForce = load(found, free);
    } catch (error) {
      return asKitError(error);
    }
    slots = [free, taken];
    old.release();
    return null;
  }

  function startWatching(): () => void {
    if (watch === false || policyFiles.length === 0) return () => {};
    const watchFiles = watch === true ? watchPolicyFiles : watch;
    return watchFiles(policyFiles, () => {
      // Who watches learns of a failure by `onReload`.
      inTurn(refresh).catch(() => undefined);
    });
  }
}

async function readSources(options: PolicyEngineOptions): Promise<PolicySource[]> {
  const { policies = '', policyFiles = [], defaults = true } = options;
  return [
    ...(defaults ? [{ name: 'default policies', text: defaultPolicies }] : []),
    { name: 'host policies', text: policies },
    ...(await readPolicyFiles(policyFiles)),
  ];
}

function isSame(some: readonly PolicySource[], others: readonly PolicySource[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

function asKitError(error: unknown): KitError {
  if (error instanceof KitError) return error;
  return new KitError('POLICY_INVALID', 'The policies could not be read.', { cause: error });
}
