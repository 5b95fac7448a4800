import type { KeyObject } from 'node:crypto';
import { isSignedBy, openEnvelope, type OpenedEnvelope } from './envelope.ts';
import type { KeyRing } from './key-ring.ts';
import { keyIdOf } from './signing-key.ts';
import { AuditTamperedError, type TamperFinding } from './tampering.ts';

/** A line of a log's file. */
export interface LogLine {
  /** Counted from 1. */
  number: number;
  bytes: Buffer;
  /** Absent when the line is no entry; then `fault` says why. */
  opened?: OpenedEnvelope;
  fault?: LineFault;
}

/** What is wrong with a line, whatever stands around it. */
export interface LineFault {
  code: TamperFinding;
  message: string;
}

/** Reads a line; never throws. */
export function readLogLine(bytes: Buffer, number: number): LogLine {
  try {
    return { number, bytes, opened: openEnvelope(bytes.toString()) };
  } catch (error) {
    if (!(error instanceof AuditTamperedError)) throw error;
    return { number, bytes, fault: { code: error.finding, message: error.explanation } };
  }
}

/** The keys that {@link SignatureCheck} goes by. */
export interface SignatureCheckOptions {
  /** Knows which key is in force where. */
  keys: KeyRing;
  /** All keys that the caller trusts, also those whose place in the log is not known. */
  trusted: readonly KeyObject[];
}

/** Says who signed a line. */
export class SignatureCheck {
  readonly #keys: KeyRing;
  readonly #trusted: readonly KeyObject[];

  constructor({ keys, trusted }: SignatureCheckOptions) {
    this.#keys = keys;
    this.#trusted = trusted;
  }

  /** Whether the key that is in force at the place that the line claims has signed it. */
  isGenuine({ opened }: LogLine): boolean {
    if (opened === undefined) return false;
    return this.#keys.at(opened.entry.index).some((key) => isSignedBy(opened, key));
  }

  /** The key of this log that signed the line, in force or not. */
  signerOf(opened: OpenedEnvelope): KeyObject | undefined {
    return this.#known().find((key) => isSignedBy(opened, key));
  }

  /** What to say of a line that no key of this log has signed. */
  faultOfStranger({ envelope }: OpenedEnvelope): LineFault {
    const ids = new Set(this.#known().map(keyIdOf));
    const names = envelope.signatures.map(({ keyid }) => keyid);
    // The name is a hint only: a forger who keeps ours is told apart from an edit by nothing.
    return names.length > 0 && names.every((name) => name !== '' && !ids.has(name))
      ? { code: 'FOREIGN_KEY', message: 'it is signed by a foreign key.' }
      : { code: 'SIGNATURE', message: 'no signature of the log’s key fits.' };
  }

  #known(): KeyObject[] {
    return [...this.#keys.ranges.map(({ publicKey }) => publicKey), ...this.#trusted];
  }
}
