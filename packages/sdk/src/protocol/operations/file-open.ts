import * as z from 'zod';
import { encoding, hash, instant, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const fileOpen = defineOperation({
  name: 'file_open',
  reply: 'file_opened',
  summary: 'Reads a whole file of the workspace.',
  class: 'read',
  verified: true,
  paths: ['path'],
  input: { path, encoding: encoding.optional() },
  output: {
    path,
    content: z.string(),
    encoding,
    size: z.int(),
    hash,
    language: z.string(),
    modified_at: instant,
  },
});
