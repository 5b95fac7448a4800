import type { Mutant } from './mutant.ts';

/** Faults about the begin and end of clients and connections. */
export const lifeMutants = {
  'client closes as soon as nobody retains it': {
    file: 'sdk/src/client.ts',
    find: 'linger = clock.setTimeout(close, lingerMs);',
    replace: 'close();',
  },
  'client never stops watching its environment': {
    file: 'sdk/src/connection.ts',
    find: 'unwatch?.();',
    replace: '',
  },
  'server keeps connections that have gone': {
    file: 'server-kit/src/kit.ts',
    find: 'connections.delete(closed);',
    replace: '',
  },
} as const satisfies Record<string, Mutant>;
