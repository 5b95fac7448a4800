import { path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const autoQuarantine = defineOperation({
  name: 'auto_quarantine',
  reply: 'file_quarantined',
  summary: 'Moves a file out of the workspace to where nothing can run it.',
  class: 'once',
  verified: true,
  paths: ['file_path'],
  input: { file_path: path },
  output: { original_path: path, quarantine_path: path },
});
