import type { Client } from '../client.ts';
import { randomId } from '../environment.ts';
import type { AssistantError } from '../errors.ts';
import type { EventFields, InputOf } from '../protocol/index.ts';

type Snapshot = EventFields<'session_snapshot'>;
type Open = NonNullable<Snapshot['terminals']>[number];

/** Who hears of a terminal. */
export interface TerminalListeners {
  /**
   * Takes what is to be shown, for an emulator's `write`. Where events were missed it begins with the
   * sequence that resets the emulator, followed by the latest of what the terminal has shown.
   */
  onOutput: (text: string) => void;
  /** Hears why something that was typed, or a new size, did not arrive. @default nobody */
  onError?: ((error: AssistantError) => void) | undefined;
}

/** Options of `openTerminal`. */
export interface OpenTerminalOptions extends TerminalListeners, InputOf<'terminal_open'> {
  /** Gives up the opening. Does nothing to a terminal that is open. */
  signal?: AbortSignal | undefined;
}

/** How a terminal ended. */
export interface RemoteTerminalEnd {
  /** Exit code of the shell; null when it was killed. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /**
   * `exit`: the shell ended by itself. `closed`: it was closed, or its session ended. `lost`: it is
   * gone, and what ended it was not heard, as with a server that was restarted.
   */
  readonly reason: NonNullable<EventFields<'terminal_closed'>['reason']> | 'lost';
}

/** A terminal on the server. It outlives a connection, but not its session. */
export interface RemoteTerminal {
  readonly id: string;
  /** Types into it, in the order of the calls, also while there is no connection. */
  write(data: string): void;
  /** Tells the size of the screen, characters, 1 to 1,000 each. */
  resize(cols: number, rows: number): void;
  /**
   * Ends it with all that was started from it.
   * @throws AssistantError (rejects) when that is refused; not for one that has ended already.
   */
  close(): Promise<void>;
  /** Listens no more; the terminal stays open, to be attached again. */
  detach(): void;
  /** Resolves when it has ended; never after `detach()`. */
  readonly ended: Promise<RemoteTerminalEnd>;
}

/** At four bytes for each character as many as a server takes at once. */
const pieces = /[^]{1,16384}/gu;

/**
 * Opens a terminal in the session's sandbox.
 * @throws AssistantError (rejects) `sandbox_unavailable` where there are none, `rate_limited` when the
 * session has too many, `blocked` when the user may not run code.
 * @example
 * const { cols, rows } = xterm;
 * const terminal = await openTerminal(client, { cols, rows, onOutput: (text) => xterm.write(text) });
 * xterm.onData((data) => terminal.write(data));
 * xterm.onResize(({ cols, rows }) => terminal.resize(cols, rows));
 */
export async function openTerminal(
  client: Client,
  { signal, onOutput, onError, ...size }: OpenTerminalOptions,
): Promise<RemoteTerminal> {
  const requestId = randomId();
  // What it shows may come before the reply that names it.
  const terminal = follow(client, { onOutput, onError }, requestId);
  try {
    const { terminal_id } = await client.request('terminal_open', size, { requestId, signal });
    terminal.learn(terminal_id);
    return terminal;
  } catch (error) {
    terminal.detach();
    throw error;
  }
}

/**
 * Goes on with a terminal that is open, as after a reload of the page; `open` is one of `terminals` of
 * the event `session_snapshot`. Shows first what the terminal has shown last.
 * @example
 * client.on('session_snapshot', ({ terminals = [] }) => {
 *   for (const open of terminals) attachTerminal(client, open, { onOutput });
 * });
 */
export function attachTerminal(
  client: Client,
  open: Pick<Open, 'terminal_id'> & Partial<Open>,
  listeners: TerminalListeners,
): RemoteTerminal {
  const terminal = follow(client, listeners);
  if (open.text) listeners.onOutput(open.text);
  terminal.learn(open.terminal_id);
  return terminal;
}

function follow(
  client: Client,
  { onOutput, onError }: TerminalListeners,
  requestId?: string,
): RemoteTerminal & { learn(id: string): void } {
  let id = '';
  // The latest snapshot that came before the name; one from before the opening does not have it.
  let early: Snapshot | undefined;
  let end: (end: RemoteTerminalEnd) => void;
  const ended = new Promise<RemoteTerminalEnd>((resolve) => {
    end = resolve;
  });
  const finish = (
    exitCode: number | null,
    signal: string | null,
    reason: RemoteTerminalEnd['reason'],
  ) => {
    detach();
    end({ exitCode, signal, reason });
  };
  const lose = () => finish(null, null, 'lost');

  /** What was missed is replaced by what a snapshot has; tells whether it has this terminal. */
  const redraw = (snapshot: Snapshot | undefined) => {
    const open = snapshot?.terminals?.find(({ terminal_id }) => terminal_id === id);
    if (open) onOutput('\u001bc' + open.text);
    return !!open;
  };
  const learn = (known: string) => {
    if (id) return;
    id = known;
    redraw(early);
  };
  const isOwn = (event: { terminal_id?: string | undefined; request_id?: string | undefined }) => {
    if (requestId && event.request_id === requestId) learn(event.terminal_id!);
    return id && event.terminal_id === id;
  };

  const stops = [
    client.on('terminal_output', (event) => {
      if (isOwn(event)) onOutput(event.output);
    }),
    client.on('terminal_closed', (event) => {
      const { exit_code = null, signal = null, reason = 'closed' } = event;
      if (isOwn(event)) finish(exit_code, signal, reason);
    }),
    client.on('session_snapshot', (snapshot) => {
      if (!id) early = snapshot;
      else if (!redraw(snapshot)) lose();
    }),
  ];
  const detach = () => stops.forEach((stop) => stop());

  const send = (type: 'terminal_input' | 'terminal_resize', input: object) => {
    client
      .request(type, { terminal_id: id, ...input })
      .catch((error: AssistantError) => (error.code === 'not_found' ? lose() : onError?.(error)));
  };

  return {
    get id() {
      return id;
    },
    learn,
    ended,
    detach,
    write(data) {
      for (const piece of data.match(pieces) ?? []) send('terminal_input', { data: piece });
    },
    resize: (cols, rows) => send('terminal_resize', { cols, rows }),
    async close() {
      try {
        await client.request('terminal_close', { terminal_id: id });
      } catch (error) {
        if ((error as AssistantError).code !== 'not_found') throw error;
        lose();
      }
    },
  };
}
