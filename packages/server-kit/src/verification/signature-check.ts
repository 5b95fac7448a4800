import type { KeyObject } from 'node:crypto';
import { isSignedBy, leastEnvelopeBytes, openEnvelope, type OpenedEnvelope } from './envelope.ts';
import type { KeyRing } from './key-ring.ts';
import { keyIdOf } from './signing-key.ts';
import { AuditTamperedError, type TamperFinding } from './tampering.ts';

/** A line of a log's file. */
export interface LogLine {
  /** Counted from 1. */
  number: number;
  bytes: Buffer;
  /** How many lines with the same fault stand there, this one being the first. */
  count: number;
  /** Absent when the line is no entry; then `fault` says why. */
  opened?: OpenedEnvelope;
  fault?: LineFault;
  /** Whether a key signed it, as far as that was looked at. */
  signed?: Map<KeyObject, boolean>;
}

/** What is wrong with a line, whatever stands around it. */
export interface LineFault {
  code: TamperFinding;
  message: string;
}

/** Reads a line; never throws. */
export function readLogLine(bytes: Buffer, number: number): LogLine {
  if (bytes.length < leastEnvelopeBytes) return { number, bytes, count: 1, fault: tooShort };
  try {
    return { number, bytes, count: 1, opened: openEnvelope(bytes.toString()) };
  } catch (error) {
    if (!(error instanceof AuditTamperedError)) throw error;
    const fault = { code: error.finding, message: error.explanation };
    return { number, bytes, count: 1, fault };
  }
}

// The same as of longer ones. A file of empty lines has a million in each megabyte, and to have an
// error thrown for each takes longer than to check as much of a log.
const tooShort: LineFault = { code: 'PARSE', message: 'the envelope cannot be read.' };

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
  readonly #trusted: ReadonlyMap<string, KeyObject>;

  constructor({ keys, trusted }: SignatureCheckOptions) {
    this.#keys = keys;
    this.#trusted = new Map(trusted.map((key) => [keyIdOf(key), key]));
  }

  /** Whether the key that is in force at the place that the line claims has signed it. */
  isGenuine(line: LogLine): boolean {
    if (line.opened === undefined) return false;
    return this.#keys.at(line.opened.entry.index).some((key) => isSigned(line, key));
  }

  /**
   * The key of this log that signed the line, in force or not.
   *
   * @param isHinted Whether to look only at keys that the line names.
   */
  signerOf(line: LogLine, isHinted: boolean): KeyObject | undefined {
    const names = new Set(line.opened?.envelope.signatures.map(({ keyid }) => keyid));
    const known = [...this.#known()].filter(([id]) => !isHinted || names.has(id));
    return known.find(([, key]) => isSigned(line, key))?.[1];
  }

  /** What to say of a line that no key of this log has signed. */
  faultOfStranger({ envelope }: OpenedEnvelope): LineFault {
    const ids = this.#known();
    const names = envelope.signatures.map(({ keyid }) => keyid);
    // The name is a hint only: a forger who keeps ours is told apart from an edit by nothing.
    return names.length > 0 && names.every((name) => name !== '' && !ids.has(name))
      ? { code: 'FOREIGN_KEY', message: 'it is signed by a foreign key.' }
      : { code: 'SIGNATURE', message: 'no signature of the log’s key fits.' };
  }

  /** All keys of the log, by id. */
  #known(): Map<string, KeyObject> {
    const ranges = this.#keys.ranges.map(({ id, publicKey }) => [id, publicKey] as const);
    return new Map([...ranges, ...this.#trusted]);
  }
}

/** A line is looked at again for each place that it may belong to. */
function isSigned(line: LogLine, key: KeyObject): boolean {
  if (line.opened === undefined) return false;
  line.signed ??= new Map();
  const isIt = line.signed.get(key) ?? isSignedBy(line.opened, key);
  line.signed.set(key, isIt);
  return isIt;
}
