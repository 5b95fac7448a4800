import * as z from 'zod';
import { executionResult, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const codeExecute = defineOperation({
  name: 'code_execute',
  reply: 'execution_result',
  summary: 'Runs code in the sandbox; its output arrives as events while it runs.',
  class: 'run',
  verified: true,
  paths: ['file_path'],
  input: {
    language: z.string().min(1).max(32),
    code: z.string(),
    file_path: path.optional(),
    stdin: z.string().optional(),
    args: z.array(z.string().max(4096)).max(64).optional(),
    timeout_ms: z.int().min(1).optional(),
  },
  output: executionResult.shape,
});
