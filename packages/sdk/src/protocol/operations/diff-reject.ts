import * as z from 'zod';
import { defineOperation } from '../operation.ts';

export const diffReject = defineOperation({
  name: 'diff_reject',
  reply: 'diff_rejected',
  summary: 'Drops a proposal; its file is not touched.',
  class: 'once',
  verified: true,
  input: { diff_id: z.string().max(64), reason: z.string().max(2_000).optional() },
  output: { diff_id: z.string() },
});
