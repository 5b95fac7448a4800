import type { Diff } from '@ide-assistant/sdk/protocol';
import { hunksOf } from '../edits/index.ts';
import { languageOf } from '../hunter/index.ts';
import type { OperationContext } from './handler.ts';
import type { AssistantEvent } from '../assistant/assistant.ts';

/**
 * Turns an assistant's edit into a proposal that waits for a person. The file is read through all
 * layers, as the assistant, so what it may not see it cannot propose to change.
 *
 * @returns The proposal; null when nothing would change or the file may not be read.
 */
export async function proposeEdit(
  { parts, session, invoke }: OperationContext,
  edit: Extract<AssistantEvent, { type: 'edit' }>,
): Promise<Diff | null> {
  const opened = await invoke('file_open', { path: edit.path });
  const isMissing = !opened.ok && opened.code === 'not_found';
  if (!opened.ok && !isMissing) return null;
  const oldContent = opened.ok ? opened.output.content : '';
  if (oldContent === edit.content) return null;
  const diff: Diff = {
    diff_id: parts.createId('d'),
    path: edit.path,
    language: languageOf(edit.path),
    base_hash: opened.ok ? opened.output.hash : null,
    old_content: oldContent,
    new_content: edit.content,
    hunks: hunksOf(oldContent, edit.content),
    description: edit.description,
  };
  await parts.storage.proposals.insert(session.id, diff);
  return diff;
}
