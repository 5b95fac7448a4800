import type { OperationHandler } from './handler.ts';
import { terminalTurn } from './terminal-turn.ts';

/** Tells a terminal the size of its screen. */
export const terminalResize: OperationHandler<'terminal_resize'> = {
  turn: terminalTurn,
  execute({ terminal_id, cols, rows }, { session }) {
    session.terminals.get(terminal_id).resize(cols, rows);
    return Promise.resolve({ terminal_id });
  },
};
