import { FILE_HEADERS_ONLY, formatPatch, type StructuredPatchHunk } from 'diff';
import { lineHunks, linesOf, markedLines } from './line-hunks.ts';

const noFinalNewline = '\\ No newline at end of file';

/**
 * The difference of two texts in the unified format, with `a/` and `b/` before the path, as
 * `git apply` and `patch -p1` take it; `''` when they are equal.
 * @see https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(path: string, oldText: string, newText: string): string {
  const oldLines = linesOf(oldText);
  const newLines = linesOf(newText);
  const hunks = lineHunks(oldLines, newLines).map((hunk): StructuredPatchHunk => ({
    // formatPatch takes one from the start of an empty side.
    oldStart: hunk.oldStart + 1,
    oldLines: hunk.oldEnd - hunk.oldStart,
    newStart: hunk.newStart + 1,
    newLines: hunk.newEnd - hunk.newStart,
    lines: markedLines(hunk, oldLines, newLines).flatMap((line) =>
      line.endsWith('\n') ? [line.slice(0, -1)] : [line, noFinalNewline],
    ),
  }));
  if (hunks.length === 0) return '';
  return formatPatch(
    {
      oldFileName: `a/${path}`,
      newFileName: `b/${path}`,
      oldHeader: undefined,
      newHeader: undefined,
      hunks,
    },
    FILE_HEADERS_ONLY,
  );
}
