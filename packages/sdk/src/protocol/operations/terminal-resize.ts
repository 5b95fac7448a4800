import { terminalId, terminalSize } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const terminalResize = defineOperation({
  name: 'terminal_resize',
  reply: 'terminal_ack',
  summary: 'Tells a terminal the size of its screen, in characters.',
  class: 'once',
  input: { terminal_id: terminalId, cols: terminalSize, rows: terminalSize },
  output: { terminal_id: terminalId },
});
