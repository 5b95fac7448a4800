import type { ApprovalState } from '@ide-assistant/sdk/protocol';
import type { ApprovalStore, ListedApproval } from './approval-store.ts';

/** Longest previews of one list together, characters: a list must pass where connections are slow. */
const maxListedLength = 1_048_576;

/** What stands for a preview for which a list has no room. */
const leftOut =
  '… The preview is not shown: too much waits. Decide about what stands before it, and list again.';

/** Approvals of a session, oldest first, with whole previews from the beginning as long as they fit. */
export async function listWithPreviews(
  store: ApprovalStore,
  sessionId: string,
  state: ApprovalState | undefined,
): Promise<ListedApproval[]> {
  const listed: ListedApproval[] = [];
  let room = maxListedLength;
  for (const one of await store.list({ sessionId, ...(state ? { states: [state] } : {}) })) {
    const preview = room > 0 ? await store.previewOf(one.approval_id) : '';
    const fits = room > 0 && preview.length <= room;
    room = fits ? room - preview.length : 0;
    listed.push({ ...one, preview: fits ? preview : leftOut });
  }
  return listed;
}
