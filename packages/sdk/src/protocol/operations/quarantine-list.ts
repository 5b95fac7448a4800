import * as z from 'zod';
import { hash, instant, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const quarantineList = defineOperation({
  name: 'quarantine_list',
  reply: 'quarantine_entries',
  summary: 'Lists the files of this session that are in quarantine.',
  class: 'once',
  verified: true,
  input: {},
  output: {
    entries: z.array(
      z.object({
        original_path: path,
        quarantine_path: path,
        size: z.int(),
        hash,
        quarantined_at: instant,
        quarantined_by: z.string(),
      }),
    ),
  },
});
