import * as z from 'zod';
import { alert, hash, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const fileCreate = defineOperation({
  name: 'file_create',
  reply: 'file_created',
  summary: 'Creates a file or directory that does not exist yet; missing parents are made.',
  class: 'once',
  verified: true,
  paths: ['path'],
  input: { path, content: z.string().optional(), kind: z.enum(['file', 'directory']).optional() },
  output: {
    path,
    size: z.int(),
    hash,
    /** Findings in what was written, of which a policy may make a refusal. */
    alerts: z.array(alert).optional(),
  },
});
