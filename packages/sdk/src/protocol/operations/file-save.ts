import * as z from 'zod';
import { alert, encoding, hash, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const fileSave = defineOperation({
  name: 'file_save',
  reply: 'file_saved',
  summary:
    'Writes a whole file, creating it where it is missing. With `base_hash`, only over that version.',
  class: 'once',
  verified: true,
  paths: ['path'],
  input: { path, content: z.string(), encoding: encoding.optional(), base_hash: hash.optional() },
  output: {
    path,
    size: z.int(),
    hash,
    /** Findings in what was written, of which a policy may make a refusal. */
    alerts: z.array(alert).optional(),
  },
});
