export { applyHunks } from './apply-hunks.ts';
export { hunksOf } from './hunks-of.ts';
export { mergeTexts, type MergeConflict, type MergeResult } from './merge-texts.ts';
export { unifiedDiff } from './unified-diff.ts';
