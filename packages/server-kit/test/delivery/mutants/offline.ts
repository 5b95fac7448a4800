import type { Mutant } from './mutant.ts';

/** Faults that the scenarios of reload, tabs and age must find, each named for what goes wrong. */
export const offlineMutants = {
  'client sends what is too old': {
    file: 'sdk/src/requests.ts',
    find: "else if (clock.now() - entry.calledAt > maxAgeMs) entry.settle(failure('expired'));",
    replace: '',
  },
  'client tells nobody that a request waits too long': {
    file: 'sdk/src/requests.ts',
    find: "else if (!connection.greeting) entry.settle(failure('expired'));",
    replace: '',
  },
  'client counts the age of a repeated request anew': {
    file: 'sdk/src/requests.ts',
    find: '{ frame, bytes, calledAt, sent: false }',
    replace: '{ frame, bytes, calledAt: clock.now(), sent: false }',
  },
  'page repeats requests under new ids': {
    file: 'sdk/src/persist/persist.ts',
    find: 'const entry = { requestId, sessionId, type, input, calledAt: lastCall };',
    replace: 'const entry = { requestId: randomId(), sessionId, type, input, calledAt: lastCall };',
  },
  'page is a new client each time': {
    file: 'sdk/src/persist/persist.ts',
    find: '({ ...identity } = entries.find(({ requestId }) => !requestId) as IdentityEntry);',
    replace:
      'identity = { ...(entries.find((it) => !it.requestId) as IdentityEntry), clientId: randomId() };',
  },
  'page keeps nothing': {
    file: 'sdk/src/persist/persist.ts',
    find: 'storage.add(entry).catch(onError);',
    replace: '',
  },
  'page sends what is too old': {
    file: 'sdk/src/persist/persist.ts',
    find: 'Date.now() - entry.calledAt < maxAgeMs',
    replace: 'maxAgeMs',
  },
} as const satisfies Record<string, Mutant>;
