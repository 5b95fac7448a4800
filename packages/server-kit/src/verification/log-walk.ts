import type { KeyObject } from 'node:crypto';
import { indexOfEntryId } from './entry-id.ts';
import type { FindingList } from './finding-list.ts';
import type { RecordedStatement } from './in-toto.ts';
import { publicKeyOf } from './key-change.ts';
import { hashBytes, leafHash } from './merkle-hash.ts';
import { MerkleTree } from './merkle-tree.ts';
import { MissingEntries } from './missing-entries.ts';
import { firstHead, noteIntent } from './replay-log.ts';
import { keyIdOf } from './signing-key.ts';
import {
  readLogLine,
  SignatureCheck,
  type LineFault,
  type LogLine,
  type SignatureCheckOptions,
} from './signature-check.ts';
import type { TamperFinding } from './tampering.ts';

/** What {@link LogWalk} checks against. */
export interface LogWalkOptions extends SignatureCheckOptions {
  /** First entry whose signature is checked. Those before are held by chain and root alone. */
  from: number;
  findings: FindingList;
}

/**
 * Walks the lines of a log and names what was done to them. Each place of the log is filled by one
 * line; a line that does not fit is judged by those that follow: where the right one is still to
 * come, this one was put before it, and where it is not, entries are missing.
 */
export class LogWalk {
  /** Leaves by place; of a missing entry a hash of zeros. */
  readonly tree = new MerkleTree();
  readonly openIntents = new Map<string, RecordedStatement>();
  readonly #options: LogWalkOptions;
  readonly #signatures: SignatureCheck;
  /** Lines that were read, but not judged. */
  #queue: LogLine[] = [];
  #lineNumber = 0;
  /** Genuine entries that stand before their place. */
  readonly #early = new Map<number, LogLine>();
  readonly #missing: MissingEntries;
  /** Leaf hash of the entry before, hex; unknown behind one that is missing or was changed. */
  #head: string | undefined = firstHead;
  /** The line at the last place, and the head before it. */
  #last: { line: LogLine; head: string | undefined } | undefined;
  #timestamp = '';
  #brokenAt: number | undefined;

  constructor(options: LogWalkOptions) {
    this.#options = options;
    this.#signatures = new SignatureCheck(options);
    this.#missing = new MissingEntries(options.findings);
  }

  /** Number of entries, with those that are missing between others. */
  get size(): number {
    return this.tree.size;
  }

  /** Number of leading entries that are as they were signed, whose roots therefore mean something. */
  get intactSize(): number {
    return this.#brokenAt ?? this.size;
  }

  /** Takes the next lines of the file. */
  push(lines: readonly Buffer[]): void {
    for (const bytes of lines) this.#queue.push(readLogLine(bytes, (this.#lineNumber += 1)));
    let judged = 0;
    while (this.#queue.length - judged > lookAhead) judged += this.#step(judged);
    this.#queue = this.#queue.slice(judged);
  }

  /** Judges what is left when the file has ended. */
  end(): void {
    let judged = 0;
    while (judged < this.#queue.length || this.#early.has(this.size)) judged += this.#step(judged);
    this.#queue = [];
    for (const line of this.#early.values()) this.#explainLeftOver(line);
  }

  /** Judges one line and returns how many of the queue are done with. */
  #step(at: number): 0 | 1 {
    const line = this.#queue[at];
    const early = this.#early.get(this.size);
    if (early && !(line && this.#fits(line))) {
      this.#early.delete(this.size);
      if (this.#fits(early) && this.#faultOf(early) === undefined) {
        this.#reportMoved(early);
        this.#fill(early);
      } else {
        this.#reportInserted(early);
      }
      return 0;
    }
    if (line === undefined) return 0;
    const fault = this.#faultOf(line);
    if (fault) {
      this.#report(fault.code, fault.message, line);
      // Another line may be the one that belongs here: then this one was only put before it.
      if (!this.#isFilledAfter(at)) this.#fillUntrusted(line);
    } else if (this.#fits(line)) {
      this.#fill(line);
    } else {
      return this.#explain(line, at);
    }
    return 1;
  }

  /** Whether a line claims the next place and names the entry before it. */
  #fits({ opened }: LogLine): boolean {
    if (opened === undefined) return false;
    const { index, id, prev } = opened.entry;
    if (index !== this.size || indexOfEntryId(id) !== index) return false;
    return this.#head === undefined || prev === this.#head;
  }

  #isFilledAfter(at: number): boolean {
    return this.#fillerAfter(at) !== undefined;
  }

  /** The line that belongs here, when it is still to come. */
  #fillerAfter(at: number): LogLine | undefined {
    return this.#following(at).find((line) => this.#fits(line) && this.#signatures.isGenuine(line));
  }

  #following(at: number): LogLine[] {
    return this.#queue.slice(at + 1, at + 1 + lookAhead);
  }

  /** A genuine line that does not fit: another entry stands here, or none is left that does fit. */
  #explain(line: LogLine, at: number): 0 | 1 {
    const index = line.opened?.entry.index ?? 0;
    if (index < this.size) {
      this.#explainLate(line, at);
    } else if (this.#isFilledAfter(at) && !this.#isOnlyOneLate(line, at)) {
      if (index > this.size && this.#early.size < mostEarly) this.#early.set(index, line);
      else this.#reportInserted(line);
    } else if (index > this.size) {
      return this.#skipMissing(line, at);
    } else {
      this.#report('CHAIN', `entry ${index} does not follow the one before.`, line);
      this.#break();
      this.#fill(line);
    }
    return 1;
  }

  /** Whether the log goes on with this line, so that the entry before it was moved back, not this one on. */
  #isOnlyOneLate({ bytes, opened }: LogLine, at: number): boolean {
    const filler = this.#fillerAfter(at);
    const next = this.#queue[at + 1]?.opened?.entry;
    return (
      filler !== undefined &&
      opened?.entry.prev === leafHash(filler.bytes).toString('hex') &&
      next?.prev === leafHash(bytes).toString('hex')
    );
  }

  /** A line whose place is filled already. */
  #explainLate(line: LogLine, at: number): void {
    const index = line.opened?.entry.index ?? 0;
    if (leafHash(line.bytes).equals(this.tree.leaf(index))) {
      this.#report('DUPLICATE', `entry ${index} stands there twice.`, line, index);
    } else if (this.#missing.find(index)) {
      this.#reportMoved(line);
    } else if (index === this.size - 1 && this.#isTheRightLast(line, at)) {
      const { line: before } = this.#last ?? { line };
      this.#reportInserted(before, index);
      this.#break(index);
      this.#head = leafHash(line.bytes).toString('hex');
    } else {
      this.#reportInserted(line);
    }
  }

  /** A line that stood before its place, and was not needed there. */
  #explainLeftOver(line: LogLine): void {
    const index = line.opened?.entry.index ?? 0;
    if (index < this.size && leafHash(line.bytes).equals(this.tree.leaf(index))) {
      this.#report('DUPLICATE', `entry ${index} stands there twice.`, line, index);
    } else {
      this.#reportInserted(line);
    }
  }

  /** Whether this line, and not the one before it, is what the log goes on from. */
  #isTheRightLast({ bytes, opened }: LogLine, at: number): boolean {
    const next = this.#queue[at + 1]?.opened?.entry;
    return (
      opened?.entry.prev === this.#last?.head && next?.prev === leafHash(bytes).toString('hex')
    );
  }

  /** Leaves the places open up to the lowest entry that is still to come. */
  #skipMissing(line: LogLine, at: number): 0 | 1 {
    const from = this.size;
    const lowest = [line, ...this.#following(at)]
      .filter(({ opened }) => opened !== undefined && opened.entry.index > from)
      .toSorted((a, b) => (a.opened?.entry.index ?? 0) - (b.opened?.entry.index ?? 0))
      .find((candidate) => candidate === line || this.#signatures.isGenuine(candidate));
    const to = (lowest?.opened?.entry.index ?? 0) - 1;
    // Only with a stolen key; to leave so many places open would take all memory.
    if (to - from > mostMissing) {
      this.#reportInserted(line);
      return 1;
    }
    this.#missing.add({ from, to, line: line.number });
    this.#break();
    for (let place = from; place <= to; place += 1) this.tree.push(noLeaf);
    this.#head = undefined;
    return 0;
  }

  /** Puts a genuine line into the next place. */
  #fill(line: LogLine): void {
    const entry = line.opened?.entry;
    if (entry === undefined) return;
    if (entry.timestamp < this.#timestamp) {
      this.#report('TIME_BACKWARDS', `entry ${entry.index} is older than the one before.`, line);
    }
    this.#timestamp = entry.timestamp;
    noteIntent(this.openIntents, entry);
    if (entry.key) {
      const next = publicKeyOf(entry.key.spki);
      this.#options.keys.change(next, { index: this.size, line: line.bytes.toString() });
    }
    const leaf = leafHash(line.bytes);
    this.#last = { line, head: this.#head };
    this.#head = leaf.toString('hex');
    this.tree.push(leaf);
  }

  /** Takes a changed line for the entry that stood here; what it says counts for nothing. */
  #fillUntrusted(line: LogLine): void {
    this.#break();
    this.#last = undefined;
    this.#head = undefined;
    this.tree.push(leafHash(line.bytes));
  }

  #faultOf(line: LogLine): LineFault | undefined {
    const { opened, fault } = line;
    if (opened === undefined) return fault;
    // What does not fit is judged by what it says, so that it must be genuine.
    const isHeldByRoot = this.size < this.#options.from && !opened.entry.key && this.#fits(line);
    if (isHeldByRoot || this.#signatures.isGenuine(line)) return undefined;
    const signer = this.#signatures.signerOf(opened);
    if (signer === undefined) return this.#signatures.faultOfStranger(opened);
    if (this.#adopts(line, signer) || this.#isAhead(opened.entry, signer)) return undefined;
    return { code: 'KEY_RANGE', message: 'its key was not in force at this entry.' };
  }

  /** Where the entry before is missing or was changed, it may have been the one that changed the key. */
  #adopts(line: LogLine, signer: KeyObject): boolean {
    const { keys } = this.#options;
    if (this.#head !== undefined || !this.#fits(line) || keys.has(keyIdOf(signer))) return false;
    keys.change(signer, { index: this.size - 1 });
    return true;
  }

  /** Whether it claims a later place, by a key that the log has still to name. */
  #isAhead({ index }: RecordedStatement, signer: KeyObject): boolean {
    return index > this.size && !this.#options.keys.has(keyIdOf(signer));
  }

  #break(at = this.size): void {
    this.#brokenAt = Math.min(this.#brokenAt ?? at, at);
  }

  #reportMoved(line: LogLine): void {
    const index = line.opened?.entry.index ?? this.size;
    this.#report('ORDER', `entry ${index} was moved from its place.`, line, index);
  }

  #reportInserted(line: LogLine, index = this.size): void {
    this.#report('INSERTED', 'the line is signed, but not of this chain.', line, index);
  }

  #report(code: TamperFinding, message: string, { number }: LogLine, index = this.size): void {
    this.#options.findings.add(code, message, { index, line: number });
  }
}

/** How many lines are looked at for the one that fits. */
const lookAhead = 64;
const mostEarly = 1_024;
const mostMissing = 1_000_000;
const noLeaf = Buffer.alloc(hashBytes);
