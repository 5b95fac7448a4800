import { userId } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const memberRemove = defineOperation({
  name: 'member_remove',
  reply: 'member_removed',
  summary: 'Takes a user out of the session and closes his connections to it.',
  class: 'once',
  verified: true,
  input: { user_id: userId },
  output: { user_id: userId },
});
