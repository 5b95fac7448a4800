import type { EventFields } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import type { SessionTerminal, SessionTerminals } from '../operations/handler.ts';
import type { Sandbox, Terminal, TerminalEnd } from '../sandbox/index.ts';
import { createTextTail, type TextTail } from './text-tail.ts';

/** The terminals of a session, as the session keeps them. */
export interface Terminals extends SessionTerminals {
  readonly count: number;
  /** Those that are open, with the latest of what they show, for clients that come anew. */
  snapshot(): NonNullable<EventFields<'session_snapshot'>['terminals']>;
  /** Closes those that somebody opened or typed into who may no longer act. */
  closeWhere(fits: (identity: Identity) => boolean): void;
  /** Waits for no slow reader any more; the terminals themselves end with their sandbox. */
  stop(): void;
  /** Resolves when the end of each was told. */
  ended(): Promise<void>;
}

/** What the terminals need of their session. */
export interface TerminalsOptions {
  /** Most that may be open at once. */
  maxCount: number;
  createId: (prefix: string) => string;
  sandbox: () => Promise<Sandbox>;
  /** Called for each sign that a person uses one. */
  onUse: () => void;
  /** Called with why one could not be closed that nobody waits for. */
  onError: (error: unknown) => void;
  publish: <N extends 'terminal_output' | 'terminal_closed'>(
    type: N,
    fields: EventFields<N>,
    requestId: string,
  ) => void;
  /** Resolves when nobody who listens is slow. */
  drained: (signal: AbortSignal) => Promise<void>;
}

interface OpenTerminal extends SessionTerminal {
  cols: number;
  rows: number;
  readonly shown: TextTail;
  /** By token, or by user where there was none: who opened it or typed into it. */
  readonly users: Map<string, Identity>;
  readonly ended: Promise<void>;
}

/** What a terminal has shown that is kept for clients that come anew, UTF-16 units. */
const maxShown = 65_536;

/** Makes the terminals of one session. */
export function createTerminals(options: TerminalsOptions): Terminals {
  const { maxCount, createId, sandbox, onUse, onError, publish, drained } = options;
  const terminals = new Map<string, OpenTerminal>();
  const stopping = new AbortController();
  let opening = 0;

  return {
    async open({ requestId, identity, signal, ...size }) {
      if (terminals.size + opening >= maxCount) {
        throw new RequestError(
          'rate_limited',
          `This session may have ${maxCount} terminals at once. Close one of them first.`,
          { retryable: true, details: { terminals: maxCount } },
        );
      }
      opening += 1;
      try {
        const id = createId('tty');
        const shown = createTextTail(maxShown);
        const terminal = await (
          await sandbox()
        ).openTerminal({
          ...size,
          onOutput(text) {
            shown.append(text);
            publish('terminal_output', { terminal_id: id, output: text }, requestId);
            return drained(stopping.signal);
          },
        });
        const kept = keep(id, terminal, { ...size, shown, identity, requestId });
        if (!signal.aborted) return id;
        await kept.close();
        throw signal.reason;
      } finally {
        opening -= 1;
      }
    },

    has: (id) => terminals.has(id),

    get(id) {
      const terminal = terminals.get(id);
      if (!terminal) throw new RequestError('not_found', 'There is no such terminal any more.');
      return terminal;
    },

    get count() {
      return terminals.size;
    },

    snapshot: () =>
      [...terminals].map(([id, { cols, rows, shown }]) => ({
        terminal_id: id,
        cols,
        rows,
        text: shown.text,
        truncated: shown.truncated,
      })),

    closeWhere(fits) {
      for (const terminal of terminals.values()) {
        if ([...terminal.users.values()].some(fits)) closeRunning(terminal).catch(onError);
      }
    },

    stop: () => stopping.abort(),

    async ended() {
      await Promise.all([...terminals.values()].map(({ ended }) => ended));
    },
  };

  /** What is paused does not die before it goes on. */
  async function closeRunning(terminal: OpenTerminal): Promise<void> {
    await sandbox();
    await terminal.close();
  }

  /** Counts it as open until it has ended, and tells of that end once. */
  function keep(
    id: string,
    terminal: Terminal,
    about: {
      cols: number;
      rows: number;
      shown: TextTail;
      identity: Identity;
      requestId: string;
    },
  ): OpenTerminal {
    const { cols, rows, shown, identity, requestId } = about;
    const ended = terminal.ended.then((end) => {
      terminals.delete(id);
      publish('terminal_closed', closedFields(id, end), requestId);
    });
    const kept: OpenTerminal = {
      cols,
      rows,
      shown,
      users: new Map([[keyOf(identity), identity]]),
      ended,
      write(data, by) {
        // Without a token the earliest counts: what revokes a later one of the same user revokes it too.
        if (!kept.users.has(keyOf(by))) kept.users.set(keyOf(by), by);
        onUse();
        terminal.write(data);
      },
      resize(newCols, newRows) {
        onUse();
        terminal.resize(newCols, newRows);
        kept.cols = newCols;
        kept.rows = newRows;
      },
      async close() {
        await terminal.close();
        await ended;
      },
    };
    terminals.set(id, kept);
    return kept;
  }
}

function keyOf({ userId, tokenId }: Identity): string {
  return JSON.stringify([userId, tokenId]);
}

function closedFields(
  id: string,
  { exitCode, signal, reason }: TerminalEnd,
): EventFields<'terminal_closed'> {
  return { terminal_id: id, exit_code: exitCode, signal, reason: reasonOnTheWire[reason] };
}

const reasonOnTheWire = {
  exit: 'exit',
  closed: 'closed',
  'memory-limit': 'memory_limit',
  'disk-limit': 'disk_limit',
  error: 'error',
} as const;
