import type { JsonWebKey } from 'node:crypto';
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

/** An append-only log of signed statements in a Merkle tree. */
export interface AuditLog extends AsyncDisposable {
  /**
   * Records a statement; resolves when it would survive a power loss. Entries stand in the order
   * of the calls.
   *
   * @throws {RequestError} `audit_unavailable` (retryable) when the log cannot be written. After
   * one failed write the log stays unavailable until it is opened again.
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

  /** The newest stored checkpoint, a C2SP signed note. */
  checkpoint(): string;

  /** Public keys that verify the log: Ed25519 as OKP, `kid` is the hex SHA-256 of the SPKI DER. */
  readonly publicJwks: { keys: JsonWebKey[] };

  /** Number of durable entries. */
  readonly size: number;

  /** Whether entries can be recorded. */
  readonly available: boolean;

  /** Writes what is waiting and a last checkpoint, and lets another process open the log. */
  close(): Promise<void>;
}
