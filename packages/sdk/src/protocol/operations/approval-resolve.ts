import * as z from 'zod';
import { approvalState, hash } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const approvalResolve = defineOperation({
  name: 'approval_resolve',
  reply: 'approval_resolved',
  summary: 'Approves or denies a waiting request; an approved one runs as it was stored.',
  class: 'once',
  verified: true,
  input: {
    approval_id: z.string().max(64),
    request_hash: hash,
    decision: z.enum(['approve', 'deny']),
    /** `session` lets requests like this one pass unasked for a while, where the policies allow that. */
    scope: z.enum(['once', 'session']).optional(),
    comment: z.string().max(2_000).optional(),
  },
  output: {
    approval_id: z.string(),
    decision: z.enum(['approve', 'deny']),
    state: approvalState,
    /** What the scope `session` has given; `grant_revoke` takes it back. */
    grant_id: z.string().optional(),
  },
});
