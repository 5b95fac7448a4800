import { diffArrays } from 'diff';

/** One run of lines that differs; positions count from 0, both may be empty but not together. */
export interface LineChange {
  oldStart: number;
  oldCount: number;
  newStart: number;
  newCount: number;
}

/**
 * Where the search for the shortest difference ends, in changed lines. Its cost grows with the
 * square; beyond this the differing middle is one change. Counted, not timed, so that the same
 * texts always give the same changes.
 */
const maxEdits = 1_000;

/** What differs between two lists of lines, in order; neighbouring changes never touch. */
export function lineChanges(
  oldLines: readonly string[],
  newLines: readonly string[],
): LineChange[] {
  const shorter = Math.min(oldLines.length, newLines.length);
  let start = 0;
  while (start < shorter && oldLines[start] === newLines[start]) start++;
  let end = 0;
  while (end < shorter - start && oldLines.at(-1 - end) === newLines.at(-1 - end)) end++;

  const oldMiddle = oldLines.slice(start, oldLines.length - end);
  const newMiddle = newLines.slice(start, newLines.length - end);
  const kept = keptLines(oldMiddle, newMiddle);
  return gapsBetween(kept, oldMiddle.length, newMiddle.length).map((change) => ({
    ...change,
    oldStart: change.oldStart + start,
    newStart: change.newStart + start,
  }));
}

type Pair = readonly [oldIndex: number, newIndex: number];

// A line that only one side has cannot be kept, so it need not be searched for; a rewritten file,
// the worst case of the search, shrinks to nearly nothing.
function keptLines(oldLines: readonly string[], newLines: readonly string[]): Pair[] {
  const oldShared = indexesIn(oldLines, new Set(newLines));
  const newShared = indexesIn(newLines, new Set(oldLines));
  const parts = diffArrays(
    oldShared.map((index) => oldLines[index]),
    newShared.map((index) => newLines[index]),
    { maxEditLength: maxEdits },
  );
  if (parts === undefined) return [];

  const pairs: Pair[] = [];
  let oldAt = 0;
  let newAt = 0;
  for (const { added, removed, count } of parts) {
    if (!added && !removed) {
      for (let i = 0; i < count; i++) {
        pairs.push([oldShared[oldAt + i] as number, newShared[newAt + i] as number]);
      }
    }
    if (!added) oldAt += count;
    if (!removed) newAt += count;
  }
  return pairs;
}

function indexesIn(lines: readonly string[], wanted: ReadonlySet<string>): number[] {
  return lines.flatMap((line, index) => (wanted.has(line) ? [index] : []));
}

function gapsBetween(kept: readonly Pair[], oldLength: number, newLength: number): LineChange[] {
  const changes: LineChange[] = [];
  let oldStart = 0;
  let newStart = 0;
  for (const [oldIndex, newIndex] of [...kept, [oldLength, newLength] as const]) {
    const oldCount = oldIndex - oldStart;
    const newCount = newIndex - newStart;
    if (oldCount + newCount > 0) changes.push({ oldStart, oldCount, newStart, newCount });
    oldStart = oldIndex + 1;
    newStart = newIndex + 1;
  }
  return changes;
}
