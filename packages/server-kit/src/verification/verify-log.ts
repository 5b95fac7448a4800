import type { JsonWebKey, KeyObject } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { KitError } from '../errors.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { compareCheckpoints } from './compare-checkpoints.ts';
import { FindingList } from './finding-list.ts';
import { KeyRing } from './key-ring.ts';
import { logPathsIn, readIfPresent } from './log-directory.ts';
import { LogWalk } from './log-walk.ts';
import { readLines } from './read-lines.ts';
import { AuditTamperedError, type LogFinding } from './tampering.ts';
import { trustedKeysOf, type TrustedKeys } from './trusted-keys.ts';

/** Where a log is: its directory, or the file of its entries and the text of its checkpoint. */
export type LogSource = { directory: string } | { log: string; checkpoint: string };

/** What {@link verifyLog} goes by. */
export interface VerifyLogOptions {
  /**
   * Keys to trust, taken from elsewhere than from beside the log: a JWKS as the log publishes it,
   * or the log's first public key, from which the log itself leads to the later ones. Where the JWKS
   * says which entries a key signs (`ide_first`, `ide_last`), the key counts for those alone. It may
   * have been saved before later changes of the key, but not be newer than the log.
   */
  keys: { keys: readonly JsonWebKey[] } | KeyObject;
  /** The log's name. @default the one in its checkpoint */
  origin?: string;
  /** Checkpoints of other times, older or newer, that somebody else has kept. @default none */
  anchors?: readonly string[];
  /**
   * First entry whose signature is checked. Those before are checked for order and chain, and are
   * held by the root of the signed checkpoint; entries that it does not cover are always checked. When
   * anything is wrong, all signatures are, to name what was done. @default 0
   */
  from?: number;
}

/** What {@link verifyLog} found. */
export interface LogVerdict {
  /** Whether nothing was tampered with: no finding has the level `error`. */
  ok: boolean;
  /** Number of entries. */
  size: number;
  /** Root of the tree over them, hex. */
  root: string;
  /** In the order of the file; those of no line come last. At most 1,000. */
  findings: LogFinding[];
  /** Number of findings that were left out. */
  omitted: number;
  /** All keys that signed the log, with the entries of each. */
  keys: { keys: JsonWebKey[] };
}

/**
 * Checks a log as a stranger does: with public keys, without a lock, also while a server writes to
 * it. It keeps two hashes per entry in memory. Nothing is thrown for what is wrong with the log; all
 * that is found is in the verdict.
 *
 * @throws {KitError} `AUDIT_KEY` when `keys` holds no Ed25519 key, or names no entries where it
 * should; `AUDIT_OPEN` when there is no log.
 * @example
 * const { ok, findings } = await verifyLog({ directory, keys: jwks, anchors: [remembered] });
 */
export async function verifyLog(options: LogSource & VerifyLogOptions): Promise<LogVerdict> {
  const check: WholeCheck = {
    ...(await locate(options)),
    trusted: trustedKeysOf(options.keys),
    origin: options.origin,
    anchors: options.anchors ?? [],
  };
  const from = Math.min(options.from ?? 0, coveredBy(check.checkpoint));
  const verdict = await checkFrom(from, check);
  // Only the root of a good checkpoint stands for signatures that were left out.
  return verdict.ok || from === 0 ? verdict : checkFrom(0, check);
}

interface WholeCheck {
  log: string;
  checkpoint: string | undefined;
  trusted: TrustedKeys;
  origin: string | undefined;
  anchors: readonly string[];
}

async function checkFrom(from: number, check: WholeCheck): Promise<LogVerdict> {
  const { log, checkpoint, anchors } = check;
  const { publicKeys: trusted, limits } = check.trusted;
  const keys = new KeyRing(trusted, limits);
  const [first] = trusted;
  if (first) keys.begin(first);
  const findings = new FindingList();
  const walk = new LogWalk({ keys, trusted, from, findings });

  const tailBytes = await walkFile(log, walk, findings);
  const origin = check.origin ?? originOf([checkpoint, ...anchors]);
  compareCheckpoints({ walk, keys, trusted, findings, origin, checkpoint, anchors });
  if (tailBytes > 0) {
    const text = `${tailBytes} bytes of an unfinished entry stand at the end.`;
    findings.add('UNCOMMITTED_TAIL', text, { index: walk.size });
  } else if (coveredBy(checkpoint) >= walk.size) {
    reportOpenIntents(walk, findings);
  }

  return {
    ok: !findings.hasErrors,
    size: walk.size,
    root: walk.tree.root().toString('hex'),
    findings: findings.sorted,
    omitted: findings.omitted,
    keys: keys.toJwks(),
  };
}

async function locate(source: LogSource): Promise<{ log: string; checkpoint: string | undefined }> {
  if ('log' in source) return source;
  const paths = logPathsIn(source.directory);
  // Read before the log: a server that writes meanwhile makes the log longer, never the checkpoint.
  const checkpoint = await readIfPresent(paths.checkpoint);
  const isThere = checkpoint !== undefined || (await stat(paths.log).catch(() => undefined));
  if (isThere) return { log: paths.log, checkpoint };
  throw new KitError('AUDIT_OPEN', `There is no audit log in ${source.directory}.`);
}

/** Walks the file as it is now, and returns how many bytes follow its last complete line. */
async function walkFile(path: string, walk: LogWalk, findings: FindingList): Promise<number> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new KitError('AUDIT_OPEN', `The audit log ${path} cannot be read: ${error.message}`);
  });
  // A file that is gone is a log without entries: its checkpoint says how many there were.
  if (handle === undefined) return 0;
  try {
    return await walkLines(handle, walk);
  } catch (error) {
    if (!(error instanceof AuditTamperedError)) throw error;
    walk.end();
    findings.add(error.finding, error.explanation, { index: walk.size });
    return 0;
  } finally {
    await handle.close();
  }
}

async function walkLines(handle: FileHandle, walk: LogWalk): Promise<number> {
  // A log in use is checked up to where it was when the check began.
  const { size } = await handle.stat();
  let complete = 0;
  for await (const { lines, end } of readLines(handle, size)) {
    walk.push(lines);
    complete = end;
  }
  walk.end();
  return Math.max(0, size - complete);
}

/** What has begun before the last checkpoint of a log that nobody writes to, and has no end. */
function reportOpenIntents(walk: LogWalk, findings: FindingList): void {
  for (const { index, action } of walk.openIntents.values()) {
    findings.add('OPEN_INTENT', `nothing says how the ${action} of entry ${index} ended.`, {
      index,
    });
  }
}

function originOf(notes: readonly (string | undefined)[]): string {
  for (const note of notes) {
    try {
      if (note !== undefined) return parseCheckpoint(note).origin;
    } catch {
      // A malformed note is a finding where it is compared.
    }
  }
  return '';
}

function coveredBy(checkpoint: string | undefined): number {
  try {
    return checkpoint === undefined ? 0 : parseCheckpoint(checkpoint).size;
  } catch {
    return 0;
  }
}
