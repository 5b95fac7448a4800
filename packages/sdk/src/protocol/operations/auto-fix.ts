import * as z from 'zod';
import { alert, hash, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const autoFix = defineOperation({
  name: 'auto_fix',
  reply: 'auto_fix_applied',
  summary: 'Applies the proven fixes of a file’s findings, or with `preview` only shows them.',
  class: 'once',
  verified: true,
  paths: ['file_path'],
  input: {
    file_path: path,
    issue: z.string().max(512).optional(),
    preview: z.boolean().optional(),
  },
  output: {
    file_path: path,
    fixes: z.array(z.object({ rule: z.string(), line: z.int(), description: z.string() })),
    /** Unified diff of the change; empty when nothing was fixed. */
    diff: z.string(),
    remaining: z.array(alert),
    hash,
  },
});
