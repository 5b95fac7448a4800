import { memberRole, userId } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const memberAdd = defineOperation({
  name: 'member_add',
  reply: 'member_added',
  summary: 'Lets another user into the session, or changes his role in it.',
  class: 'once',
  verified: true,
  input: { user_id: userId, role: memberRole },
  output: { user_id: userId, role: memberRole },
});
