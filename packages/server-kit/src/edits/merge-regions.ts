import { lineChanges, type LineChange } from './line-changes.ts';

/** A part of a three-way merge, in the order of the text. */
export type Region =
  | { readonly kind: 'merged'; readonly lines: readonly string[] }
  | {
      readonly kind: 'conflict';
      readonly base: readonly string[];
      readonly mine: readonly string[];
      readonly theirs: readonly string[];
      /** Where `mine` begins, counted from 0. */
      readonly mineStart: number;
    };

/** Merges two lists of lines over the list from which both come. */
export function mergeRegions(
  base: readonly string[],
  mine: readonly string[],
  theirs: readonly string[],
): Region[] {
  const mySide = createSide(base, mine);
  const theirSide = createSide(base, theirs);
  const regions: Region[] = [];
  let baseAt = 0;

  for (;;) {
    const start = Math.min(mySide.nextStart(), theirSide.nextStart());
    if (start === Infinity) break;
    // A change that touches the region belongs to it, and may make it touch the next.
    let end = start;
    for (let grown = true; grown;) {
      const reach = Math.max(mySide.takeUntil(end), theirSide.takeUntil(end));
      grown = reach > end;
      end = Math.max(end, reach);
    }
    regions.push({ kind: 'merged', lines: base.slice(baseAt, start) });
    regions.push(
      decide(base.slice(start, end), mySide.release(start, end), theirSide.release(start, end)),
    );
    baseAt = end;
  }
  regions.push({ kind: 'merged', lines: base.slice(baseAt) });
  return regions;
}

interface Slice {
  readonly changed: boolean;
  readonly start: number;
  readonly lines: readonly string[];
}

function decide(base: readonly string[], mine: Slice, theirs: Slice): Region {
  if (!mine.changed) return { kind: 'merged', lines: theirs.lines };
  if (!theirs.changed || sameLines(mine.lines, theirs.lines)) {
    return { kind: 'merged', lines: mine.lines };
  }
  return {
    kind: 'conflict',
    base,
    mine: mine.lines,
    theirs: theirs.lines,
    mineStart: mine.start,
  };
}

// Walks the changes of one side and keeps how far its lines have moved against the base.
function createSide(base: readonly string[], lines: readonly string[]) {
  const changes: readonly LineChange[] = lineChanges(base, lines);
  let next = 0;
  let shiftBefore = 0;
  let shift = 0;
  let taken = 0;

  return {
    nextStart: (): number => changes[next]?.oldStart ?? Infinity,
    /** Takes the changes that begin at `end` or before; returns where the last of them ends. */
    takeUntil(end: number): number {
      let reach = end;
      for (let change = changes[next]; change && change.oldStart <= reach; change = changes[next]) {
        reach = Math.max(reach, change.oldStart + change.oldCount);
        shift += change.newCount - change.oldCount;
        taken += 1;
        next += 1;
      }
      return reach;
    },
    /** What this side has for a region of the base, and goes on behind it. */
    release(start: number, end: number): Slice {
      const from = start + shiftBefore;
      const slice = { changed: taken > 0, start: from, lines: lines.slice(from, end + shift) };
      shiftBefore = shift;
      taken = 0;
      return slice;
    },
  };
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}
