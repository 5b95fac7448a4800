import * as z from 'zod';
import { alert, hash, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const diffApply = defineOperation({
  name: 'diff_apply',
  reply: 'diff_applied',
  summary: 'Writes a proposal, or the named hunks of it, to its file.',
  class: 'once',
  verified: true,
  input: { diff_id: z.string().max(64), hunks: z.array(z.string().max(64)).min(1).optional() },
  output: {
    diff_id: z.string(),
    path,
    hash,
    hunks: z.array(z.string()),
    /** Findings in what was written. */
    alerts: z.array(alert).optional(),
  },
});
