import { RequestError } from '../errors.ts';
import type { OperationHandler } from './handler.ts';
import { memberTurn } from './member-turn.ts';

/** Takes a user out of the session; his connections are closed, and what he began is stopped. */
export const memberRemove: OperationHandler<'member_remove'> = {
  turn: memberTurn,
  // Who is no member any more has been removed; asking again must not fail for that.
  tookEffect: ({ user_id }, { session }) =>
    Promise.resolve(session.members.all().has(user_id) ? null : { user_id }),
  async execute({ user_id }, { session, tell }) {
    if (!(await session.members.remove(user_id))) {
      throw new RequestError('not_found', 'There is no such member.');
    }
    tell('session_update', { update_type: 'member_removed', details: { user_id } });
    return { user_id };
  },
};
