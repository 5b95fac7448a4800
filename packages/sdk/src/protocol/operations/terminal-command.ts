import * as z from 'zod';
import { runReason } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const terminalCommand = defineOperation({
  name: 'terminal_command',
  reply: 'terminal_result',
  summary:
    'Runs one line for the shell in the sandbox; its output arrives as `terminal_output` while it runs.',
  class: 'run',
  verified: true,
  paths: ['cwd'],
  input: {
    command: z.string().min(1),
    /**
     * Where it starts; empty for the workspace itself. Without it, where the last command of the
     * session ended.
     */
    cwd: z.string().max(4096).optional(),
    timeout_ms: z.int().min(1).optional(),
  },
  output: {
    /** Null when the shell was killed. */
    exit_code: z.int().nullable(),
    duration_ms: z.number(),
    /** What it wrote, errors among it, in the order in which it was written. */
    output: z.string(),
    truncated: z.boolean(),
    /** What killed it, as `SIGKILL`. */
    signal: z.string().nullable().optional(),
    timed_out: z.boolean().optional(),
    reason: runReason.optional(),
    /** Where the next command without `cwd` starts; empty for the workspace itself. */
    cwd: z.string().optional(),
    /** Processor time of all its processes, where something counted it. */
    cpu_ms: z.number().optional(),
    /** Most memory that it had at once, where something counted it. */
    peak_memory_bytes: z.int().optional(),
  },
});
