import { RequestError } from '../errors.ts';
import { lineHunks, linesOf } from './line-hunks.ts';

/**
 * Applies chosen hunks of `hunksOf(oldText, newText)` to `oldText`. All of them give `newText` byte
 * for byte, none gives `oldText`.
 * @param hunkIds Which ones, in any order; all by default.
 * @throws RequestError `invalid_message` for an id that is not among them.
 */
export function applyHunks(oldText: string, newText: string, hunkIds?: readonly string[]): string {
  const oldLines = linesOf(oldText);
  const newLines = linesOf(newText);
  const hunks = lineHunks(oldLines, newLines);
  const chosen = new Set(hunkIds ?? hunks.map(({ id }) => id));
  for (const id of chosen) {
    if (hunks.some((hunk) => hunk.id === id)) continue;
    throw new RequestError('invalid_message', `This change has no part ${JSON.stringify(id)}.`);
  }

  // Texts are joined piece by piece: a spread of many lines into one call overflows the stack.
  let result = '';
  let oldAt = 0;
  for (const { id, changes } of hunks) {
    if (!chosen.has(id)) continue;
    for (const { oldStart, oldCount, newStart, newCount } of changes) {
      result += oldLines.slice(oldAt, oldStart).join('');
      result += newLines.slice(newStart, newStart + newCount).join('');
      oldAt = oldStart + oldCount;
    }
  }
  return result + oldLines.slice(oldAt).join('');
}
