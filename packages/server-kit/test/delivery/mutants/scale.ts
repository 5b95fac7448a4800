import type { Mutant } from './mutant.ts';

/** Faults that show where there are many: clients, bytes, frames, connections. */
export const scaleMutants = {
  'client ignores when it was told to come back': {
    file: 'sdk/src/connection.ts',
    find: "retryAfterMs = message['retry_after_ms'] as number;",
    replace: '{}',
  },
  'stream does not wait for a slow reader': {
    file: 'server-kit/src/session/requests.ts',
    find: 'drained: () => session.drained(running.abort.signal),',
    replace: 'drained: () => Promise.resolve(),',
  },
  'server keeps whatever a client does not read': {
    file: 'server-kit/src/transport/connection.ts',
    find: 'if (socket.bufferedBytes + data.length > limits.unsentBytes) {',
    replace: 'if (socket.bufferedBytes < 0) {',
  },
  'log keeps the texts that it has dropped': {
    file: 'server-kit/src/session/replay-log.ts',
    find: "oldest.text = '';",
    replace: '',
  },
} as const satisfies Record<string, Mutant>;
