import type { Hunk } from '@ide-assistant/sdk/protocol';
import { lineHunks, linesOf, markedLines } from './line-hunks.ts';

/**
 * What differs between two texts as hunks with three lines of context. The same texts always give
 * the same ids. Lines are without their line feed, a carriage return stays; a missing line feed at
 * the end shows only as a line that is removed and added alike. An empty side starts at line 0, as
 * in the unified format.
 */
export function hunksOf(oldText: string, newText: string): Hunk[] {
  const oldLines = linesOf(oldText);
  const newLines = linesOf(newText);
  return lineHunks(oldLines, newLines).map((hunk) => ({
    id: hunk.id,
    old_start: startOf(hunk.oldStart, hunk.oldEnd),
    old_lines: hunk.oldEnd - hunk.oldStart,
    new_start: startOf(hunk.newStart, hunk.newEnd),
    new_lines: hunk.newEnd - hunk.newStart,
    lines: markedLines(hunk, oldLines, newLines).map((line) => line.replace(/\n$/, '')),
  }));
}

function startOf(start: number, end: number): number {
  return start === end ? start : start + 1;
}
