import { indexOfEntryId } from './entry-id.ts';
import type { RecordedStatement } from './in-toto.ts';
import { publicKeyOf } from './key-change.ts';
import { follows, LineQueue, lookAhead } from './line-queue.ts';
import { LineReports } from './line-reports.ts';
import { LineTrust, type LineTrustOptions } from './line-trust.ts';
import { hashBytes, leafHash } from './merkle-hash.ts';
import { MerkleTree } from './merkle-tree.ts';
import { MissingEntries } from './missing-entries.ts';
import { firstHead, noteIntent } from './replay-log.ts';
import type { LineFault, LogLine } from './signature-check.ts';

/**
 * Walks the lines of a log and names what was done to them. Each place of the log is filled by one
 * line; a line that does not fit is judged by those that follow: where the right one is still to
 * come, this one was put before it, and where it is not, entries are missing.
 */
export class LogWalk {
  /** Leaves by place; of a missing entry a hash of zeros. */
  readonly tree = new MerkleTree();
  readonly openIntents = new Map<string, RecordedStatement>();
  readonly #options: LineTrustOptions;
  readonly #trust: LineTrust;
  readonly #queue = new LineQueue();
  /** Genuine entries that stand before their place. */
  readonly #early = new Map<number, LogLine>();
  readonly #missing: MissingEntries;
  readonly #reports: LineReports;
  /** Leaf hash of the entry before, hex; unknown behind one that is missing or was changed. */
  #head: string | undefined = firstHead;
  /** The line at the last place, and the head before it. */
  #last: { line: LogLine; head: string | undefined } | undefined;
  #timestamp = '';
  #brokenAt: number | undefined;
  /** How many places lines were taken to fill that are no entries. */
  #emptyPlaces = 0;

  constructor(options: LineTrustOptions) {
    this.#options = options;
    this.#trust = new LineTrust(options);
    this.#missing = new MissingEntries(options.findings);
    this.#reports = new LineReports(options.findings);
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
    for (const bytes of lines) this.#queue.push(bytes);
    while (this.#queue.length > lookAhead) this.#step();
    this.#queue.compact();
  }

  /** Judges what is left when the file has ended. */
  end(): void {
    while (this.#queue.length > 0 || this.#earlyAhead) this.#step();
    for (const line of this.#early.values()) this.#explainLeftOver(line);
  }

  /** Judges one line, unless the place is one for which a line is at hand, or that stays open. */
  #step(): void {
    const line = this.#queue.next;
    const early = this.#early.get(this.size);
    if (early && !(line && this.#fits(line))) {
      this.#early.delete(this.size);
      if (this.#fits(early) && this.#faultOf(early) === undefined) {
        this.#reports.moved(early);
        this.#fill(early);
      } else {
        this.#reports.inserted(early, this.size);
      }
    } else if (line) {
      if (this.#judge(line) === 'done') this.#queue.shift();
    } else if (this.#earlyAhead && this.#skipMissing(this.#earlyAhead) === 'done') {
      this.#early.delete(this.#earlyAhead.opened?.entry.index ?? 0);
    }
  }

  /** A line that was put before its place, which is still to come. */
  get #earlyAhead(): LogLine | undefined {
    for (const [index, line] of this.#early) if (index >= this.size) return line;
    return undefined;
  }

  #judge(line: LogLine): 'done' | 'again' {
    const fault = this.#faultOf(line);
    if (fault) {
      this.#reports.fault(fault, line, this.size);
      // Another line may be the one that belongs here: then this one was only put before it.
      if (!this.#isFilledLater) this.#fillUntrusted(line);
    } else if (!this.#fits(line)) {
      return this.#explain(line);
    } else if (!this.#trust.isInForm(line, this.size)) {
      this.#reports.add('FORM', 'it is not written as the log writes it.', line, this.size);
      if (!this.#isFilledLater) this.#fillBent(line);
    } else if (this.#trust.agreesOnChange(line, this.size)) {
      this.#fill(line);
    } else if (this.#isFilledLater) {
      this.#reports.inserted(line, this.size);
    } else {
      const text = 'the trusted keys say otherwise about a change of key here.';
      this.#reports.add('KEY_RANGE', text, line, this.size);
      this.#fillUntrusted(line);
    }
    return 'done';
  }

  /** Whether a line claims the next place and names the entry before it. */
  #fits({ opened }: LogLine): boolean {
    if (opened === undefined) return false;
    const { index, id, prev } = opened.entry;
    if (index !== this.size || indexOfEntryId(id) !== index) return false;
    return this.#head === undefined || prev === this.#head;
  }

  #faultOf(line: LogLine): LineFault | undefined {
    const place = { index: this.size, isFitting: this.#fits(line) };
    return this.#trust.faultOf(line, { ...place, isHeadKnown: this.#head !== undefined });
  }

  get #isFilledLater(): boolean {
    return this.#queue.following.some((line) => this.#isFiller(line));
  }

  #isFiller(line: LogLine): boolean {
    return this.#fits(line) && this.#trust.isGenuine(line);
  }

  /** A genuine line that does not fit: another entry stands here, or none is left that does fit. */
  #explain(line: LogLine): 'done' | 'again' {
    const index = line.opened?.entry.index ?? 0;
    if (index < this.size) {
      this.#explainLate(line);
    } else if (this.#isFilledLater && !this.#isOnlyOneLate(line)) {
      if (index > this.size && this.#early.size < mostEarly) this.#early.set(index, line);
      else this.#reports.inserted(line, this.size);
    } else if (index > this.size) {
      return this.#skipMissing(line);
    } else {
      this.#reports.add('CHAIN', `entry ${index} does not follow the one before.`, line, this.size);
      this.#break();
      this.#fill(line);
    }
    return 'done';
  }

  /**
   * Whether the log goes on with this line, so that an entry before it was moved back, not this one
   * on: what follows that entry is no continuation of it.
   */
  #isOnlyOneLate(line: LogLine): boolean {
    const lines = [line, ...this.#queue.following];
    const at = lines.findIndex((later) => later !== line && this.#isFiller(later));
    const filler = lines[at];
    if (filler === undefined || !follows(lines[1], line)) return false;
    return follows(line, filler) || !follows(lines[at + 1], filler);
  }

  /** A line whose place is filled already. */
  #explainLate(line: LogLine): void {
    const index = line.opened?.entry.index ?? 0;
    const leaf = leafHash(line.bytes);
    const found = this.#missing.find(index, leaf);
    if (found === 'found' || leaf.equals(this.tree.leaf(index))) {
      this.#reports.duplicate(line, index);
    } else if (found === 'missing') {
      this.#reports.moved(line);
    } else if (index === this.size - 1 && this.#isTheRightLast(line)) {
      const { line: before } = this.#last ?? { line };
      this.#reports.inserted(before, index);
      this.#break(index);
      this.#head = leaf.toString('hex');
    } else {
      this.#reports.inserted(line, this.size);
    }
  }

  /** A line that stood before its place, and was not needed there. */
  #explainLeftOver(line: LogLine): void {
    const index = line.opened?.entry.index ?? 0;
    if (index < this.size && leafHash(line.bytes).equals(this.tree.leaf(index))) {
      this.#reports.duplicate(line, index);
    } else {
      this.#reports.inserted(line, this.size);
    }
  }

  /** Whether this line, and not the one before it, is what the log goes on from. */
  #isTheRightLast(line: LogLine): boolean {
    return line.opened?.entry.prev === this.#last?.head && follows(this.#queue.afterNext, line);
  }

  /** Leaves the places open up to the lowest entry that is still to come. */
  #skipMissing(line: LogLine): 'done' | 'again' {
    const from = this.size;
    const lowest = [line, ...this.#queue.following, ...this.#early.values()]
      .filter(({ opened }) => opened !== undefined && opened.entry.index > from)
      .toSorted((a, b) => (a.opened?.entry.index ?? 0) - (b.opened?.entry.index ?? 0))
      .find((candidate) => candidate === line || this.#trust.isGenuine(candidate));
    const to = (lowest?.opened?.entry.index ?? 0) - 1;
    // Only with a stolen key; to leave so many places open would take all memory.
    if (to - from > mostMissing) {
      this.#reports.inserted(line, this.size);
      return 'done';
    }
    this.#missing.add({ from, to, line: line.number });
    this.#break();
    for (let place = from; place <= to; place += 1) this.tree.push(noLeaf);
    this.#head = undefined;
    return 'again';
  }

  /** Puts a genuine line into the next place. */
  #fill(line: LogLine): void {
    const entry = line.opened?.entry;
    if (entry === undefined) return;
    if (entry.timestamp < this.#timestamp) {
      const text = `entry ${entry.index} is older than the one before.`;
      this.#reports.add('TIME_BACKWARDS', text, line, this.size);
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

  /** What a line says counts, though its bytes were changed: it is signed. */
  #fillBent(line: LogLine): void {
    this.#break();
    this.#fill(line);
    this.#last = undefined;
    this.#head = undefined;
  }

  /** Takes changed lines for the entries that stood here; what they say counts for nothing. */
  #fillUntrusted(line: LogLine): void {
    this.#break();
    this.#last = undefined;
    this.#head = undefined;
    const leaf = leafHash(line.bytes);
    const places = line.count === 1 ? 1 : this.#placesFor(line);
    for (let place = 0; place < places; place += 1) this.tree.push(leaf);
  }

  /** How many places lines that are no entries can have filled: up to the next entry, if there is one. */
  #placesFor({ count }: LogLine): number {
    const next = this.#queue.following.find(({ opened }) => (opened?.entry.index ?? 0) > this.size);
    const room = next?.opened ? next.opened.entry.index - this.size : mostAtEnd;
    const places = Math.min(count, room, mostMissing - this.#emptyPlaces);
    this.#emptyPlaces += places;
    return places;
  }

  #break(at = this.size): void {
    this.#brokenAt = Math.min(this.#brokenAt ?? at, at);
  }
}

const mostEarly = 1_024;
const mostAtEnd = 1_024;
const mostMissing = 1_000_000;
const noLeaf = Buffer.alloc(hashBytes);
