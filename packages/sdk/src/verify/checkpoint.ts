import { concat, fromBase64, sha256, toHex, utf8 } from './bytes.ts';
import { importKeys, isInRange, type ImportedKey, type JwkSet } from './keys.ts';
import { refuse } from './verification-error.ts';

/** The state of a log at one size. @see https://c2sp.org/tlog-checkpoint */
export interface Checkpoint {
  /** Name of the log. */
  readonly origin: string;
  /** Number of entries covered. */
  readonly treeSize: number;
  /** Root of the tree over them, 64 hex digits. */
  readonly root: string;
}

/**
 * Opens a C2SP signed note that one of the keys signed.
 * @throws VerificationError (rejects) `CHECKPOINT`, `UNKNOWN_KEY` or `UNSUPPORTED`.
 */
export async function openCheckpoint(note: string, keys: JwkSet): Promise<Checkpoint> {
  return openNote(note, await importKeys(keys.keys));
}

/**
 * The same with keys that are ready, of a log that is known.
 * @throws VerificationError (rejects) `CHECKPOINT`, `UNKNOWN_KEY` or `ORIGIN`.
 */
export async function openNote(
  note: string,
  keys: readonly ImportedKey[],
  expectedOrigin?: string,
): Promise<Checkpoint> {
  const parts = notePattern.exec(note) ?? refuse('CHECKPOINT', 'The checkpoint is malformed.');
  const [, body, origin, size, root, rest] = parts as unknown as NoteParts;
  if (origin !== (expectedOrigin ?? origin)) {
    refuse('ORIGIN', `The checkpoint is of the log ${origin}.`);
  }
  const treeSize = Number(size);
  let isKnown = false;
  for (const key of keys) {
    // The next entry tells whose turn it is: a key that has handed over states nothing more.
    if (!isInRange(key, treeSize)) continue;
    const keyHash = (await noteKeyHash(origin, key)).slice(0, 8);
    for (const line of rest.split('\n')) {
      const [, name, text] = line.split(' ');
      const signature = fromBase64(text);
      // Other names and keys are those of witnesses.
      if (name !== origin || toHex(signature.slice(0, 4)) !== keyHash) continue;
      isKnown = true;
      if (await key.verify(signature.slice(4), utf8(body))) {
        return { origin, treeSize, root: toHex(fromBase64(root)) };
      }
    }
  }
  if (isKnown) refuse('CHECKPOINT', 'The checkpoint is not what was signed.');
  return refuse('UNKNOWN_KEY', 'The checkpoint is signed by an unknown key.');
}

/** A text of origin, size and root, an empty line, and signatures. */
const notePattern = /^((.+)\n(0|[1-9]\d{0,14})\n(.{44})\n(?:.+\n)*)\n([^]*)$/;

type NoteParts = [
  note: string,
  body: string,
  origin: string,
  size: string,
  root: string,
  rest: string,
];

/** Names a key in a note; its first four bytes are used. @see https://c2sp.org/signed-note */
function noteKeyHash(name: string, { raw }: ImportedKey): Promise<string> {
  return sha256(concat(utf8(`${name}\n\u0001`), raw));
}
