import * as z from 'zod';
import { approval, approvalState, grant } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const approvalList = defineOperation({
  name: 'approval_list',
  reply: 'approvals',
  summary: 'Lists the requests that wait for a person and that the caller may see.',
  class: 'once',
  verified: true,
  input: {
    /** Lists the approvals of another state instead. */
    state: approvalState.optional(),
  },
  output: {
    approvals: z.array(approval),
    /** What passes unasked in this session. */
    grants: z.array(grant).optional(),
  },
});
