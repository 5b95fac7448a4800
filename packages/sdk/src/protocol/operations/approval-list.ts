import * as z from 'zod';
import { approval } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const approvalList = defineOperation({
  name: 'approval_list',
  reply: 'approvals',
  summary: 'Lists the requests that wait for a person and that the caller may see.',
  class: 'once',
  verified: true,
  input: {},
  output: { approvals: z.array(approval) },
});
