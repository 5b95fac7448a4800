import * as z from 'zod';
import { member, userId } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const memberList = defineOperation({
  name: 'member_list',
  reply: 'members',
  summary: 'Tells whose session it is and who else works in it.',
  class: 'read',
  input: {},
  output: { owner: userId, members: z.array(member) },
});
