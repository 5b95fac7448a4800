import type { KeyObject } from 'node:crypto';
import { isAsWritten } from './envelope.ts';
import type { FindingList } from './finding-list.ts';
import {
  SignatureCheck,
  type LineFault,
  type LogLine,
  type SignatureCheckOptions,
} from './signature-check.ts';

/** What {@link LineTrust} goes by. */
export interface LineTrustOptions extends SignatureCheckOptions {
  /** First entry whose signature is checked. Those before are held by chain and root alone. */
  from: number;
  findings: FindingList;
}

/** The place of the log that a line is judged for. */
export interface LinePlace {
  index: number;
  /** Whether the line claims this place and names the entry before it, as far as that is known. */
  isFitting: boolean;
  /** Whether the entry before is there as it was signed. */
  isHeadKnown: boolean;
}

/** Says whether a line may stand at a place, by who signed it and how it is written. */
export class LineTrust {
  readonly #options: LineTrustOptions;
  readonly #signatures: SignatureCheck;

  constructor(options: LineTrustOptions) {
    this.#options = options;
    this.#signatures = new SignatureCheck(options);
  }

  /** Whether the key that is in force at the place that the line claims has signed it. */
  isGenuine(line: LogLine): boolean {
    return this.#signatures.isGenuine(line);
  }

  /** What is wrong with a line that no key in force has signed. */
  faultOf(line: LogLine, place: LinePlace): LineFault | undefined {
    const { opened, fault } = line;
    if (opened === undefined) return fault;
    // What does not fit is judged by what it says, so that it must be genuine.
    const { from, findings } = this.#options;
    const isHeldByRoot = place.index < from && !opened.entry.key && place.isFitting;
    if (isHeldByRoot || this.isGenuine(line)) return undefined;
    // Where findings are only counted, their names do not matter enough to try all keys.
    const signer = this.#signatures.signerOf(line, findings.isFull);
    if (signer === undefined) return this.#signatures.faultOfStranger(opened);
    if (this.#adopts(signer, place) || this.#isAhead(line, signer, place)) return undefined;
    return { code: 'KEY_RANGE', message: 'its key was not in force at this entry.' };
  }

  /** Whether no more than the signature, and what it covers, is in a line that fits. */
  isInForm({ bytes, opened }: LogLine, index: number): boolean {
    const key = this.#options.keys.rangeAt(index);
    return opened !== undefined && key !== undefined && isAsWritten(bytes, opened, key.id);
  }

  /** Whether a line that fits changes the key where, and to which, the trusted keys say. */
  agreesOnChange({ opened }: LogLine, index: number): boolean {
    const { keys } = this.#options;
    const present = keys.rangeAt(index)?.id;
    if (present === undefined) return true;
    return keys.limits.agreeOnChange(index, { present, next: opened?.entry.key?.keyid });
  }

  /** Where the entry before is missing or was changed, it may have been the one that changed the key. */
  #adopts(signer: KeyObject, { index, isFitting, isHeadKnown }: LinePlace): boolean {
    return isFitting && !isHeadKnown && this.#options.keys.adopt(signer, index);
  }

  /** Whether it claims a later place, by a key that the log has still to name. */
  #isAhead({ opened }: LogLine, signer: KeyObject, place: LinePlace): boolean {
    const isNamed = this.#options.keys.ranges.some(({ publicKey }) => publicKey.equals(signer));
    return !isNamed && opened !== undefined && opened.entry.index > place.index;
  }
}
