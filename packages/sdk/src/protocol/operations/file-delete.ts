import * as z from 'zod';
import { path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const fileDelete = defineOperation({
  name: 'file_delete',
  reply: 'file_deleted',
  summary: 'Deletes a file, or with `recursive` a directory and all that is in it.',
  class: 'once',
  verified: true,
  paths: ['path'],
  input: { path, recursive: z.boolean().optional() },
  output: { path },
});
