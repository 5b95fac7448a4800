import { lineChanges, type LineChange } from './line-changes.ts';

/** Unchanged lines shown before and after a change, as `diff -u` has it. */
const contextLines = 3;

/** Changes that lie so close that they are shown, and decided on, together. */
export interface LineHunk {
  /** `h1`, `h2`, … in the order of the text. */
  readonly id: string;
  /** At least one; they do not touch. */
  readonly changes: readonly LineChange[];
  /** The lines of the old text that the hunk covers, context included; counted from 0. */
  readonly oldStart: number;
  readonly oldEnd: number;
  /** The same of the new text. */
  readonly newStart: number;
  readonly newEnd: number;
}

/** Splits a text after each line feed; joined again they are the text. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/**
 * Groups what differs into hunks. Where the context of two changes would meet they are one hunk,
 * so hunks never overlap and any choice of them can be applied.
 */
export function lineHunks(oldLines: readonly string[], newLines: readonly string[]): LineHunk[] {
  const groups: LineChange[][] = [];
  for (const change of lineChanges(oldLines, newLines)) {
    const last = groups.at(-1)?.at(-1);
    const near = last && change.oldStart - (last.oldStart + last.oldCount) <= 2 * contextLines;
    if (near) groups.at(-1)?.push(change);
    else groups.push([change]);
  }
  return groups.map((changes, index) => {
    const first = changes[0] as LineChange;
    const last = changes.at(-1) as LineChange;
    const before = Math.min(contextLines, first.oldStart);
    const lastEnd = last.oldStart + last.oldCount;
    const after = Math.min(contextLines, oldLines.length - lastEnd);
    return {
      id: `h${index + 1}`,
      changes,
      oldStart: first.oldStart - before,
      oldEnd: lastEnd + after,
      newStart: first.newStart - before,
      newEnd: last.newStart + last.newCount + after,
    };
  });
}

/** The lines of a hunk with their marks: a space (kept), `-` (removed) or `+` (added). */
export function markedLines(
  hunk: LineHunk,
  oldLines: readonly string[],
  newLines: readonly string[],
): string[] {
  const marked: string[] = [];
  const mark = (sign: string, lines: readonly string[]) => {
    for (const line of lines) marked.push(sign + line);
  };
  let oldAt = hunk.oldStart;
  for (const { oldStart, oldCount, newStart, newCount } of hunk.changes) {
    mark(' ', oldLines.slice(oldAt, oldStart));
    mark('-', oldLines.slice(oldStart, oldStart + oldCount));
    mark('+', newLines.slice(newStart, newStart + newCount));
    oldAt = oldStart + oldCount;
  }
  mark(' ', oldLines.slice(oldAt, hunk.oldEnd));
  return marked;
}
