import type { OperationHandler } from './handler.ts';

/** Opens an interactive shell, whose output and end are told as events under this request's id. */
export const terminalOpen: OperationHandler<'terminal_open'> = {
  execute: async ({ cols, rows, shell }, { session, identity, requestId, signal }) => ({
    terminal_id: await session.terminals.open({
      cols,
      rows,
      identity,
      requestId,
      signal,
      ...(shell === undefined ? {} : { shell }),
    }),
  }),
};
