import { RequestError } from '../errors.ts';
import type { OperationHandler } from './handler.ts';
import { memberTurn } from './member-turn.ts';

/** Lets another user into the session, or changes his role in it. */
export const memberAdd: OperationHandler<'member_add'> = {
  turn: memberTurn,
  async execute({ user_id, role }, { session, tell }) {
    if (user_id === session.owner) {
      throw new RequestError('conflict', 'The session is this user’s own.');
    }
    await session.members.set(user_id, role);
    tell('session_update', { update_type: 'member_added', details: { user_id, role } });
    return { user_id, role };
  },
};
