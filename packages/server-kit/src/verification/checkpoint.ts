import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { KitError } from '../errors.ts';
import { hashBytes } from './merkle-hash.ts';
import { AuditTamperedError } from './tampering.ts';

/** The state of a log at one size. @see https://c2sp.org/tlog-checkpoint */
export interface Checkpoint {
  /** Name of the log. */
  origin: string;
  /** Number of entries covered. */
  size: number;
  /** Root of the RFC 9162 tree over them, 32 bytes. */
  root: Buffer;
}

/** Signs a checkpoint as a C2SP note. @see https://c2sp.org/signed-note */
export function writeCheckpoint(checkpoint: Checkpoint, privateKey: KeyObject): string {
  const { origin, size, root } = checkpoint;
  const body = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([
    noteKeyHash(origin, createPublicKey(privateKey)),
    sign(null, Buffer.from(body), privateKey),
  ]);
  return `${body}\n${signaturePrefix}${origin} ${signature.toString('base64')}\n`;
}

/** What {@link readCheckpoint} trusts. */
export interface CheckpointTrust {
  origin: string;
  /** Keys of which one must have signed. */
  publicKeys: readonly KeyObject[];
}

/**
 * Checks a signed note and returns the checkpoint. Signatures of unknown names and keys, as those
 * of witnesses, are passed over.
 *
 * @throws {AuditTamperedError} `CHECKPOINT`, `ORIGIN`, `SIGNATURE`, or `FOREIGN_KEY` when no
 * signature names one of the keys.
 */
export function readCheckpoint(note: string, trust: CheckpointTrust): Checkpoint {
  const { body, signatures, checkpoint } = parseNote(note);
  if (checkpoint.origin !== trust.origin) {
    throw new AuditTamperedError(
      'ORIGIN',
      `the checkpoint is of the log "${checkpoint.origin}", not of "${trust.origin}".`,
    );
  }
  const own = signatures.filter(({ name }) => name === trust.origin);
  const named = trust.publicKeys.flatMap((key) => {
    const keyHash = noteKeyHash(trust.origin, key);
    return own
      .filter(({ bytes }) => bytes.subarray(0, keyHashBytes).equals(keyHash))
      .map(({ bytes }) => ({ key, signature: bytes.subarray(keyHashBytes) }));
  });
  if (own.length > 0 && named.length === 0) {
    throw new AuditTamperedError('FOREIGN_KEY', 'the checkpoint is signed by a foreign key.');
  }
  if (named.some(({ key, signature }) => verify(null, Buffer.from(body), key, signature))) {
    return checkpoint;
  }
  throw new AuditTamperedError('SIGNATURE', 'no signature of the log’s key fits the checkpoint.');
}

/**
 * Reads a note without checking its signature.
 *
 * @throws {AuditTamperedError} `CHECKPOINT`.
 */
export function parseCheckpoint(note: string): Checkpoint {
  return parseNote(note).checkpoint;
}

/**
 * Refuses a name that a signed note cannot carry.
 *
 * @throws {KitError} `AUDIT_ORIGIN`.
 */
export function requireOrigin(origin: string): void {
  if (/^[^\s+\p{Cc}]+$/u.test(origin)) return;
  throw new KitError('AUDIT_ORIGIN', 'The origin of an audit log is one word without spaces or +.');
}

const signaturePrefix = '\u2014 ';
const keyHashBytes = 4;
const ed25519Algorithm = 0x01;

interface ParsedNote {
  /** The signed text, with its last newline. */
  body: string;
  signatures: { name: string; bytes: Buffer }[];
  checkpoint: Checkpoint;
}

function parseNote(note: string): ParsedNote {
  const end = note.lastIndexOf('\n\n');
  const body = note.slice(0, end + 1);
  const [origin = '', size = '', root = ''] = body.split('\n');
  const signatureLines = note.slice(end + 2).split('\n');
  const rootHash = Buffer.from(root, 'base64');
  const wellFormed =
    end > 0 &&
    signatureLines.pop() === '' &&
    /^(0|[1-9]\d{0,14})$/.test(size) &&
    rootHash.length === hashBytes &&
    rootHash.toString('base64') === root;
  if (!wellFormed) {
    throw new AuditTamperedError('CHECKPOINT', 'the checkpoint is no signed note.');
  }
  return {
    body,
    signatures: signatureLines.map(parseSignatureLine),
    checkpoint: { origin, size: Number(size), root: rootHash },
  };
}

function parseSignatureLine(line: string): { name: string; bytes: Buffer } {
  const [name, signature, ...more] = line.slice(signaturePrefix.length).split(' ');
  if (!line.startsWith(signaturePrefix) || !name || !signature || more.length > 0) {
    throw new AuditTamperedError('CHECKPOINT', 'a signature line of the checkpoint is malformed.');
  }
  const bytes = Buffer.from(signature, 'base64');
  // Buffer.from passes over what is no base64, so that many texts would be the same signature.
  if (bytes.toString('base64') === signature) return { name, bytes };
  throw new AuditTamperedError('CHECKPOINT', 'a signature of the checkpoint is no base64.');
}

/** First four bytes of SHA-256(name, newline, algorithm, public key). */
function noteKeyHash(name: string, publicKey: KeyObject): Buffer {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const input = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ed25519Algorithm]), raw]);
  return hash('sha256', input, 'buffer').subarray(0, keyHashBytes);
}
