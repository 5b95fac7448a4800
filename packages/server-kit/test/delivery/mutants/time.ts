import type { Mutant } from './mutant.ts';

/** Faults that the scenarios of time and closing must find, each named for what goes wrong. */
export const timeMutants = {
  'server keeps the old identity after a renewal': {
    file: 'server-kit/src/transport/connection.ts',
    find: 'identity = renewed;',
    replace: '',
  },
  'server closes whoever brings a new token': {
    file: 'server-kit/src/transport/connection.ts',
    find: 'identity = renewed;',
    replace: "identity = renewed; connection.close(closeCodes.restart, 'renewed');",
  },
  'server ends a token without grace': {
    file: 'server-kit/src/transport/upkeep.ts',
    find: 'if (session.requests.worksFor(identity) && now - expiresAt < limits.expiredGraceMs) return;',
    replace: '',
  },
  'client lets its token end': {
    file: 'sdk/src/client.ts',
    find: "if (token) await requests.start('token_refresh', { token }, {}, true).result;",
    replace: '',
  },
  'client takes the first refusal for final': {
    file: 'sdk/src/connection.ts',
    find: '(refused && refusedToken !== undefined)',
    replace: 'refused',
  },
  'client comes back after every code': {
    file: 'sdk/src/reconnect.ts',
    find: '.test(`${code}`)',
    replace: ".test('')",
  },
  'client gives up after every 44xx': {
    file: 'sdk/src/reconnect.ts',
    find: '44(?!01|08|29)..)$/',
    replace: '44..)$/',
  },
  'client does not read how long it is to wait': {
    file: 'sdk/src/connection.ts',
    find: '(code === 4429 ? Number(reason) || undefined : undefined)',
    replace: 'undefined',
  },
  'client waits before it meets a restart': {
    file: 'sdk/src/reconnect.ts',
    find: ' || (code === 1012 && attempt === 0)',
    replace: '',
  },
  'client spares an overloaded server nothing': {
    file: 'sdk/src/reconnect.ts',
    find: 'code === 1013 ? attempt + 3 : attempt',
    replace: 'attempt',
  },
  'client renews a refused token for ever': {
    file: 'sdk/src/connection.ts',
    find: '(refused && refusedToken !== undefined)',
    replace: 'false',
  },
  'server cancels what its end cuts off': {
    file: 'server-kit/src/session/requests.ts',
    find: 'if (running.abort.signal.reason === stopped) {',
    replace: 'if (Number.NaN) {',
  },
  'server keeps both connections of a single one': {
    file: 'server-kit/src/session/session.ts',
    find: "if (parts.connections === 'single') {",
    replace: 'if (Number.NaN) {',
  },
  'client never looks after its socket': {
    file: 'sdk/src/heartbeat.ts',
    find: 'if (leftMs <= 0) probe();',
    replace: '',
  },
  'client does not look after its socket at a wake': {
    file: 'sdk/src/connection.ts',
    find: 'heartbeat.probe();',
    replace: '',
  },
  'client takes every sleep for a loss': {
    file: 'sdk/src/heartbeat.ts',
    find: 'if (leftMs <= 0) probe();',
    replace: 'if (leftMs < -60_000) dead(); else if (leftMs <= 0) probe();',
  },
  'client takes a late timer for a silent server': {
    file: 'sdk/src/heartbeat.ts',
    find: 'if (leftMs <= 0) probe();',
    replace: 'if (leftMs < -5_000) dead(); else if (leftMs <= 0) probe();',
  },
  'client does not hear the answer to its ping': {
    file: 'sdk/src/heartbeat.ts',
    find: 'clock.clearTimeout(probeTimer);',
    replace: '',
  },
  'server allows throttled tabs no minute': {
    file: 'server-kit/src/transport/upkeep.ts',
    find: 'limits.heartbeatMs * 2 + throttledTabMs',
    replace: 'limits.heartbeatMs * 2',
  },
  'client retries where nobody looks': {
    file: 'sdk/src/connection.ts',
    find: 'environment.hidden || proceed()',
    replace: 'proceed()',
  },
  'client stays away though somebody looks': {
    file: 'sdk/src/connection.ts',
    find: "} else if (state === 'reconnecting' || state === 'offline') {",
    replace: "} else if (state === 'offline') {",
  },
} as const satisfies Record<string, Mutant>;
