import * as z from 'zod';
import { terminalId, terminalSize } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const terminalOpen = defineOperation({
  name: 'terminal_open',
  reply: 'terminal_opened',
  summary:
    'Opens an interactive shell in the sandbox. It belongs to the session: any of its connections may use it.',
  class: 'run',
  verified: true,
  input: {
    cols: terminalSize,
    rows: terminalSize,
    /** `bash` where it was found, else `sh`. */
    shell: z.enum(['bash', 'sh']).optional(),
  },
  output: { terminal_id: terminalId },
});
