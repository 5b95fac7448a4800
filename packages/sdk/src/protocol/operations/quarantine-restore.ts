import { hash, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const quarantineRestore = defineOperation({
  name: 'quarantine_restore',
  reply: 'file_restored',
  summary: 'Moves a file from quarantine back to its path, if nothing is there.',
  class: 'once',
  verified: true,
  input: { quarantine_path: path },
  output: { path, quarantine_path: path, hash },
});
