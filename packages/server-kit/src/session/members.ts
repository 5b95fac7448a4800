import type { MemberRole } from '@ide-assistant/sdk/protocol';
import type { SessionMembers } from '../operations/handler.ts';
import type { MemberStore } from '../storage/index.ts';

/** Makes the members of a session in memory, as they were when it was opened. */
export function createMembers({
  sessionId,
  owner,
  known,
  store,
  onRemove,
}: {
  sessionId: string;
  owner: string;
  known: Map<string, MemberRole>;
  store: MemberStore;
  /** Called when a user may no longer be here. */
  onRemove: (userId: string) => void;
}): SessionMembers {
  const members = new Map(known);
  return {
    all: () => members,
    roleOf: (userId) => (userId === owner ? 'owner' : (members.get(userId) ?? null)),
    async set(userId, role) {
      await store.set(sessionId, userId, role);
      members.set(userId, role);
    },
    async remove(userId) {
      // Out at once: what he asks while the store is written is refused.
      const wasMember = members.delete(userId);
      onRemove(userId);
      return (await store.remove(sessionId, userId)) || wasMember;
    },
  };
}
