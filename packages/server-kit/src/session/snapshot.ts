import type { EventFields } from '@ide-assistant/sdk/protocol';
import { publicApproval } from '../operations/public-approval.ts';
import type { Parts } from '../parts.ts';

/** What a client rebuilds from when the missed events are gone. */
export type Snapshot = EventFields<'session_snapshot'>;

/** Lines of the conversation in a snapshot; the rest is had by `chat_history`. */
const tailMessages = 50;

/** Collects a session's state for a client that cannot be caught up by events. */
export async function readSnapshot(
  parts: Parts,
  sessionId: string,
  files: ReadonlyMap<string, string>,
  now: Pick<Snapshot, 'running' | 'terminals'>,
): Promise<Snapshot> {
  const [approvals, diffs, { messages }] = await Promise.all([
    parts.approvals.list(sessionId, 'pending'),
    parts.storage.proposals.open(sessionId),
    parts.storage.messages.page(sessionId, { limit: tailMessages }),
  ]);
  return {
    approvals: approvals.map(publicApproval),
    diffs,
    messages,
    files: [...files].map(([path, hash]) => ({ path, hash })),
    ...now,
  };
}
