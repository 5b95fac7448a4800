import { RequestError } from '../errors.ts';
import type { OperationHandler } from './handler.ts';
import { terminalTurn } from './terminal-turn.ts';

/** Types into a terminal. */
export const terminalInput: OperationHandler<'terminal_input'> = {
  turn: terminalTurn,
  execute({ terminal_id, data }, { parts, session, identity, signal }) {
    const terminal = session.terminals.get(terminal_id);
    const { terminalInputBytes } = parts.limits;
    const size = Buffer.byteLength(data);
    if (size > terminalInputBytes) {
      throw new RequestError(
        'too_large',
        `${size} bytes are more than can be typed at once. Send them in pieces of ${terminalInputBytes}.`,
        { details: { limit_bytes: terminalInputBytes, size_bytes: size } },
      );
    }
    // Its user may have been shut out since it was let through.
    signal.throwIfAborted();
    terminal.write(data, identity);
    return Promise.resolve({ terminal_id });
  },
};
