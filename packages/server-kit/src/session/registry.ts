import { join } from 'node:path';
import { RequestError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { releaseSessionOwner, sessionOwner } from '../sandbox/index.ts';
import { createMembers, type Members } from './members.ts';
import { createSession, type Session } from './session.ts';

/** Chooses the host directory of a session's workspace. */
export type WorkspaceLocator = (session: { id: string; userId: string }) => string;

/** The sessions that are in memory. */
export interface SessionRegistry {
  /**
   * Joins a session, or makes it.
   *
   * @throws RequestError `forbidden` for who is neither its owner nor a member, `invalid_message`
   * when the name is not one.
   */
  open(id: string | null, userId: string): Promise<Session>;
  get(id: string): Session | null;
  /** Who works in a session, also in one that is not in memory; null when there is none. */
  membersOf(id: string): Promise<Members | null>;
  readonly sessions: ReadonlyMap<string, Session>;
  /**
   * Lets sandboxes rest that are not needed, and closes sessions that nobody is connected to and that
   * have nothing to do; a terminal that is open keeps none of them.
   */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const namePattern = /^[\w-]{1,64}$/;

/** Makes the registry; `workspaces` is the parent of the workspaces, or chooses each. */
export function createSessionRegistry(
  parts: Parts,
  workspaces: string | WorkspaceLocator,
): SessionRegistry {
  const sessions = new Map<string, Session>();
  const opening = new Map<string, Promise<Session>>();
  const closing = new Map<string, Promise<void>>();
  /** Of the sessions in memory, and of those that were asked after since the latest sweep. */
  const memberships = new Map<string, Promise<Members>>();
  const idleSince = new Map<string, number>();
  const locate: WorkspaceLocator =
    typeof workspaces === 'function' ? workspaces : ({ id }) => join(workspaces, id);

  const loadMembers = async (id: string, owner: string, isNew: boolean): Promise<Members> => {
    const { members: store } = parts.storage;
    return createMembers({
      ...{ sessionId: id, owner, store },
      known: isNew ? new Map() : await store.list(id),
      onRemove: (userId) => sessions.get(id)?.expel(userId),
      onDemote: (userId) => sessions.get(id)?.closeTerminalsOf(userId),
      async endGrants(userId) {
        for (const grant_id of await parts.approvals.grants.endOf(userId, id)) {
          const ended = { update_type: 'grant_revoked', details: { grant_id } };
          sessions.get(id)?.publish('session_update', ended);
        }
      },
    });
  };

  /** The same for all who ask, whether the session is in memory or not, so that changes take turns. */
  const membersFor = (id: string, owner: string, isNew = false): Promise<Members> => {
    const members =
      memberships.get(id) ??
      loadMembers(id, owner, isNew).catch((error: unknown) => {
        memberships.delete(id);
        throw error;
      });
    memberships.set(id, members);
    return members;
  };

  const forgetMembers = async (): Promise<void> => {
    for (const [id, loaded] of memberships) {
      const members = await loaded.catch(() => null);
      if (!sessions.has(id) && !opening.has(id) && !members?.isChanging) memberships.delete(id);
    }
  };

  const open = async (id: string, userId: string): Promise<Session> => {
    // What it was before would go on in its workspace, and free its Unix user for another one.
    await closing.get(id)?.catch(() => undefined);
    const { row, isNew } = await parts.storage.sessions.openOrCreate(id, userId);
    const session = createSession({
      id,
      owner: row.owner,
      members: await membersFor(id, row.owner, isNew),
      isNew,
      createdAt: row.created_at,
      parts,
      workspaceRoot: locate({ id, userId: row.owner }),
      workspaceOwner: sessionOwner(id),
    });
    sessions.set(id, session);
    return session;
  };

  /** Two connections that ask for one new session at once get the same. */
  const openOnce = (id: string, userId: string): Promise<Session> => {
    const pending = opening.get(id) ?? open(id, userId).finally(() => opening.delete(id));
    opening.set(id, pending);
    return pending;
  };

  /** Lets go of a session; whoever asks for it meanwhile waits. */
  const putAway = (id: string, session: Session): Promise<void> => {
    sessions.delete(id);
    const closed = session
      .close()
      .then(() => releaseSessionOwner(id))
      .finally(() => closing.delete(id));
    closing.set(id, closed);
    return closed;
  };

  const forgetRevoked = parts.revocations.onRevoked(() => {
    for (const { terminals } of sessions.values()) {
      terminals.closeWhere(parts.revocations.isRevoked);
    }
  });

  const rest = (session: Session): Promise<void> =>
    session.rest().catch((error: unknown) => {
      parts.logger.error({ error }, 'A sandbox could not be paused.');
    });

  return {
    sessions,
    get: (id) => sessions.get(id) ?? null,

    async membersOf(id) {
      const known = memberships.get(id);
      if (known) return known;
      const row = await parts.storage.sessions.find(id);
      return row ? membersFor(id, row.owner) : null;
    },

    async open(id, userId) {
      if (id !== null && !namePattern.test(id)) {
        throw new RequestError(
          'invalid_message',
          'A session’s name is 1 to 64 of A-Z a-z 0-9 _ -.',
        );
      }
      const name = id ?? parts.createId('s');
      // It may be about to be put away, and this connection is not counted until it has joined.
      idleSince.delete(name);
      const session = sessions.get(name) ?? (await openOnce(name, userId));
      if (session.members.roleOf(userId) === null) {
        throw new RequestError('forbidden', 'This session belongs to somebody else.');
      }
      return session;
    },

    async sweep() {
      const now = parts.clock();
      await Promise.all([...sessions.values()].map(rest));
      for (const [id, session] of sessions) {
        if (session.connections.size > 0 || session.requests.count > 0) {
          idleSince.delete(id);
          continue;
        }
        const since = idleSince.get(id) ?? now;
        idleSince.set(id, since);
        if (now - since < parts.limits.sessionIdleMs) continue;
        idleSince.delete(id);
        await putAway(id, session);
      }
      await forgetMembers();
    },

    async close() {
      forgetRevoked();
      await Promise.all([
        ...[...sessions.values()].map((session) => session.close()),
        ...closing.values(),
      ]);
      for (const id of sessions.keys()) releaseSessionOwner(id);
      sessions.clear();
    },
  };
}
