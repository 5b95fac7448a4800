import type { MemberRole } from '@ide-assistant/sdk/protocol';
import type { SessionMembers } from '../operations/handler.ts';
import type { MemberStore } from '../storage/index.ts';

/** Who works in a session, in memory and in the store. */
export interface Members extends SessionMembers {
  readonly owner: string;
  /**
   * Adds a member, or changes his role; after the changes that were asked for before.
   *
   * @param first What is to be done before that. Where it fails, nothing is changed.
   */
  set(userId: string, role: MemberRole, first?: () => Promise<void>): Promise<void>;
  /** Whether a change is on its way to the store. */
  readonly isChanging: boolean;
}

/** Makes the members of a session in memory, as they were when it was opened. */
export function createMembers({
  sessionId,
  owner,
  known,
  store,
  onRemove,
  onDemote,
  endGrants,
}: {
  sessionId: string;
  owner: string;
  known: Map<string, MemberRole>;
  store: MemberStore;
  /** Called when a user may no longer be here. */
  onRemove: (userId: string) => void;
  /** Called when a member may only look on from now on. */
  onDemote: (userId: string) => void;
  /** Ends what a removed user has allowed or was allowed, before the store forgets him. */
  endGrants: (userId: string) => Promise<void>;
}): Members {
  const members = new Map(known);
  /** The latest removal of each user of which the store has not heard yet. */
  const removals = new Map<string, symbol>();
  let turn: Promise<unknown> = Promise.resolve();
  let changing = 0;

  const inTurn = <Value>(change: () => Promise<Value>): Promise<Value> => {
    changing += 1;
    const result = turn.then(change).finally(() => {
      changing -= 1;
    });
    turn = result.catch(() => undefined);
    return result;
  };

  return {
    owner,
    all: () => members,
    roleOf: (userId) => (userId === owner ? 'owner' : (members.get(userId) ?? null)),
    set: (userId, role, first) =>
      inTurn(async () => {
        await first?.();
        await store.set(sessionId, userId, role);
        // Whoever was removed since this was asked for stays out; the store hears of it next.
        if (removals.has(userId)) return;
        members.set(userId, role);
        if (role === 'viewer') onDemote(userId);
      }),
    remove(userId) {
      const removal = Symbol(userId);
      removals.set(userId, removal);
      // Out at once: what he asks while the store is written is refused.
      const wasMember = members.delete(userId);
      onRemove(userId);
      return inTurn(async () => {
        try {
          await endGrants(userId);
          return (await store.remove(sessionId, userId)) || wasMember;
        } finally {
          if (removals.get(userId) === removal) removals.delete(userId);
        }
      });
    },
    get isChanging() {
      return changing > 0;
    },
  };
}
