import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { DsseEnvelope } from './envelope.ts';
import type { ActionStatement } from './statement.ts';

/** Names a recorded entry. */
export interface LogEntry {
  /** Verification id: unique, URL-safe, not guessable. */
  id: string;
  /** Place in the log, counted from 0. */
  index: number;
  /** When the entry was made, ISO 8601 UTC. */
  timestamp: string;
}

/** All that a third party needs, beside the public key, to check that the log holds an entry. */
export interface EntryProof {
  /** The exact log line; its bytes are the leaf of the RFC 9162 tree. */
  line: string;
  /** The line, parsed. */
  envelope: DsseEnvelope;
  /** Place in the log, counted from 0. */
  index: number;
  /** Inclusion proof: hashes in hex, from the leaf upwards, in the checkpoint's tree. */
  proof: { tree_size: number; hashes: string[] };
  /** C2SP signed note over the tree's root. */
  checkpoint: string;
}

/** Proof that the log's newest checkpoint continues an older one; for a holder of the older one. */
export interface ConsistencyProof {
  /** Entries under the older checkpoint. */
  old_size: number;
  /** Entries under the newest one. */
  tree_size: number;
  /** RFC 9162 consistency proof, hex; empty when both sizes are the same. */
  hashes: string[];
  /** The newest checkpoint, a C2SP signed note. */
  checkpoint: string;
}

/** An append-only log of signed statements in a Merkle tree. */
export interface AuditLog extends AsyncDisposable {
  /**
   * Records a statement; resolves when it would survive a power loss. Entries stand in the order
   * of the calls.
   *
   * @throws {RequestError} `audit_unavailable` (retryable) when the log cannot be written. After
   * one failed write the log stays unavailable until it is opened again; while the disk is short of
   * space, it takes only results of intents, and resumes by itself.
   * @throws {KitError} `AUDIT_STATEMENT` when a field is malformed.
   */
  append(statement: ActionStatement): Promise<LogEntry>;

  /**
   * The entry of a verification id with a proof against the newest checkpoint, which is renewed
   * first when the entry is newer; `null` when the log has no such entry.
   *
   * @throws {RequestError} `audit_unavailable` when the log is closed, was changed under the
   * process, or a needed checkpoint cannot be stored.
   */
  prove(id: string): Promise<EntryProof | null>;

  /**
   * Proof that the newest checkpoint, renewed first when it is older, continues the tree of the
   * first `oldSize` entries.
   *
   * @throws {RequestError} `invalid_message` when `oldSize` is no whole number from 1 to the log's
   * size: no proof leads from there. `audit_unavailable` as of {@link AuditLog.prove}.
   */
  consistency(oldSize: number): Promise<ConsistencyProof>;

  /** The newest stored checkpoint, a C2SP signed note. */
  checkpoint(): string;

  /**
   * Changes the key that signs, durably: the old key signs an entry that names the new one, and from
   * the next entry on the new one signs, checkpoints too. A stop in the middle leaves a log that
   * opens with one of the two. A key that the log keeps itself is replaced, and the old one is gone.
   *
   * @param key The new Ed25519 private key. @default a new one, unless the host keeps the key
   * @throws {KitError} `AUDIT_KEY` when it is no such key, was the log's before, cannot be stored, or
   * is missing where the host keeps the key; then the old one stays in force.
   * @throws {RequestError} `audit_unavailable` when the log cannot be written; the next opening, for
   * which a host gives both keys, finds out which one is in force.
   */
  rotateKey(key?: KeyObject): Promise<{ keyId: string }>;

  /**
   * Public keys that verify the log, the first one first: Ed25519 as OKP, `kid` is the hex SHA-256 of
   * the SPKI DER. `ide_first` and `ide_last` (absent on the present key) are the entries that each
   * signs, and `ide_rotation` (absent on the first) is the entry that brought it in, `{index, line}`:
   * whoever trusts the key before can check it and trust this one.
   */
  readonly publicJwks: { keys: JsonWebKey[] };

  /** Number of durable entries. */
  readonly size: number;

  /** Whether actions can be recorded; while the disk is short of space, they cannot. */
  readonly available: boolean;

  /** Writes what is waiting and a last checkpoint, and lets another process open the log. */
  close(): Promise<void>;
}
