import * as z from 'zod';
import { terminalId } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const terminalInput = defineOperation({
  name: 'terminal_input',
  reply: 'terminal_ack',
  summary: 'Types into a terminal. What is typed is kept nowhere.',
  class: 'once',
  secrets: ['data'],
  input: {
    terminal_id: terminalId,
    /** As a keyboard gives it: `\r` for Enter, `\u0003` for Ctrl-C. */
    data: z.string(),
  },
  output: { terminal_id: terminalId },
});
