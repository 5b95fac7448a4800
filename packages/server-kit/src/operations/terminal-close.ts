import type { OperationHandler } from './handler.ts';
import { terminalTurn } from './terminal-turn.ts';

/** Ends a terminal with all that was started from it. */
export const terminalClose: OperationHandler<'terminal_close'> = {
  turn: terminalTurn,
  // No terminal outlives its server.
  tookEffect: ({ terminal_id }, { session }) =>
    Promise.resolve(session.terminals.has(terminal_id) ? null : { terminal_id }),
  async execute({ terminal_id }, { session }) {
    await session.terminals.get(terminal_id).close();
    return { terminal_id };
  },
};
