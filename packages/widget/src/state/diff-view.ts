import type { DiffEntry } from '@ide-assistant/sdk';

/** How many lines a proposal adds and removes. */
export interface LineCounts {
  added: number;
  removed: number;
}

/** Counts the lines of a proposal's hunks. */
export function countLines(diff: Pick<DiffEntry, 'hunks'>): LineCounts {
  const lines = diff.hunks.flatMap((hunk) => hunk.lines);
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}

/** Whether the proposal still waits for a decision. */
export function isOpen(diff: DiffEntry): boolean {
  return diff.state === 'proposed' || diff.state === 'partially_applied';
}

/** The newest proposal for a file that still waits for a decision. */
export function openDiffFor(
  diffs: readonly DiffEntry[],
  path: string | null,
): DiffEntry | undefined {
  return diffs.findLast((diff) => diff.path === path && isOpen(diff));
}

/** Proposals that no message speaks of, so that none is ever out of sight. */
export function unmentionedDiffs(
  diffs: readonly DiffEntry[],
  messages: readonly { diffs: readonly string[] }[],
): DiffEntry[] {
  const mentioned = new Set(messages.flatMap((message) => message.diffs));
  return diffs.filter((diff) => isOpen(diff) && !mentioned.has(diff.diff_id));
}
