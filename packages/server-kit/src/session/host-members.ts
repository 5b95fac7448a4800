import type { Member, MemberRole } from '@ide-assistant/sdk/protocol';
import { authEntry } from '../auth/index.ts';
import { KitError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { SessionRegistry } from './registry.ts';

/** Lets the host app decide who works in a session, beside what its owner does. */
export interface HostMembers {
  /** @throws KitError (rejects) `SESSION_UNKNOWN`. */
  list(sessionId: string): Promise<{ owner: string; members: Member[] }>;
  /**
   * Adds a member, or changes his role; it holds for his next request.
   * @throws KitError (rejects) `SESSION_UNKNOWN`; `MEMBER_IS_OWNER`.
   */
  set(sessionId: string, userId: string, role: MemberRole): Promise<void>;
  /**
   * Takes a member out, closes his connections to the session with 4403 and stops what he began there.
   * @returns false when he was none.
   * @throws KitError (rejects) `SESSION_UNKNOWN`.
   */
  remove(sessionId: string, userId: string): Promise<boolean>;
}

/** Makes the host's view of the members of all sessions, in memory or not. */
export function createHostMembers(
  running: () => Promise<{ parts: Parts; registry: SessionRegistry }>,
): HostMembers {
  const record = async (action: string, sessionId: string, userId: string, outcome: string) => {
    const { parts } = await running();
    await parts.audit.append(authEntry(action, `${sessionId}:${userId}`, outcome));
  };
  const membersOf = async (sessionId: string) => {
    const known = await (await running()).registry.membersOf(sessionId);
    if (known) return known;
    throw new KitError('SESSION_UNKNOWN', `There is no session ${JSON.stringify(sessionId)}.`);
  };
  return {
    async list(sessionId) {
      const { owner, all } = await membersOf(sessionId);
      return { owner, members: [...all()].map(([user_id, role]) => ({ user_id, role })) };
    },
    async set(sessionId, userId, role) {
      const members = await membersOf(sessionId);
      if (userId === members.owner) {
        throw new KitError('MEMBER_IS_OWNER', 'The session is this user’s own.');
      }
      await members.set(userId, role, () => record('member_add', sessionId, userId, role));
    },
    async remove(sessionId, userId) {
      const wasMember = await (await membersOf(sessionId)).remove(userId);
      await record('member_remove', sessionId, userId, wasMember ? 'removed' : 'was_none');
      return wasMember;
    },
  };
}
