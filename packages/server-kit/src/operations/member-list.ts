import type { OperationHandler } from './handler.ts';

/** Tells whose session it is, and who else works in it. */
export const memberList: OperationHandler<'member_list'> = {
  execute(_input, { session }) {
    const members = [...session.members.all()].map(([user_id, role]) => ({ user_id, role }));
    return Promise.resolve({ owner: session.owner, members });
  },
};
