import { path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const fileRename = defineOperation({
  name: 'file_rename',
  reply: 'file_renamed',
  summary: 'Moves a file or directory to a path where nothing is yet.',
  class: 'once',
  verified: true,
  paths: ['old_path', 'new_path'],
  input: { old_path: path, new_path: path },
  output: { old_path: path, new_path: path },
});
