import type { OpenFile } from '@ide-assistant/sdk';

/** Whether what is on the screen is what is on the disk. */
export type SaveState = 'clean' | 'unsaved' | 'saving' | 'saved' | 'conflict';

/**
 * The save state of an open file. `saved` only while the content is the one that the person saved
 * here; a file just opened is merely `clean`.
 */
export function saveState(
  file: OpenFile,
  savedHashes: Readonly<Record<string, string>>,
): SaveState {
  if (file.conflict) return 'conflict';
  if (file.saving) return 'saving';
  if (file.modified) return 'unsaved';
  return savedHashes[file.path] === file.hash ? 'saved' : 'clean';
}
