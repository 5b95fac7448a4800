import { terminalId } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const terminalClose = defineOperation({
  name: 'terminal_close',
  reply: 'terminal_ack',
  summary: 'Ends a terminal with all that was started from it.',
  class: 'once',
  input: { terminal_id: terminalId },
  output: { terminal_id: terminalId },
});
