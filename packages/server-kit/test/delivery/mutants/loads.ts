import type { Mutant } from './mutant.ts';

/** Faults that the loads must find, each named for what goes wrong. */
export const loadMutants = {
  'server forgets outcomes': {
    file: 'server-kit/src/session/requests.ts',
    find: 'const known = isRead ? null : await parts.storage.outcomes.find(running.key);',
    replace: 'const known = null as never;',
  },
  'server runs what runs already': {
    file: 'server-kit/src/session/requests.ts',
    find: 'const joined = active.get(textOf(key));',
    replace: 'const joined = undefined as RunningRequest | undefined;',
  },
  'server does not write down what begins': {
    file: 'server-kit/src/session/requests.ts',
    find: 'if (!isRead) await parts.storage.outcomes.begin(running.key, name);',
    replace: '',
  },
  'server replays what is left of its log': {
    file: 'server-kit/src/session/replay-log.ts',
    find: 'if (seq < dropped) return null;',
    replace: '',
  },
  'snapshot without what runs': {
    file: 'server-kit/src/session/session.ts',
    find: 'running: requests.running(),',
    replace: 'running: requests.running().slice(0, 0),',
  },
  'client does not send again': {
    file: 'sdk/src/requests.ts',
    find: 'else transmit(entry);',
    replace: 'else if (!entry.sent) transmit(entry);',
  },
  'client waits for ever for an answer to its ping': {
    file: 'sdk/src/heartbeat.ts',
    find: 'probeTimer = clock.setTimeout(dead,',
    replace: 'probeTimer = clock.setTimeout(() => undefined,',
  },
  'client takes what it hears for being heard': {
    file: 'sdk/src/connection.ts',
    find: "if (message.type === 'ping') send(",
    replace: "heartbeat.heard(); if (message.type === 'ping') send(",
  },
  'client takes events twice': {
    file: 'sdk/src/client.ts',
    find: 'if (distance === 0) {',
    replace: 'if (distance <= 0) {',
  },
  'client ignores gaps': {
    file: 'sdk/src/client.ts',
    find: "if (distance > 0) connection.lost(ownCloseCode, 'gap');\n      if (distance === 0) {",
    replace: 'if (distance >= 0) {',
  },
  'stream ends with its last event': {
    file: 'sdk/src/stream.ts',
    find: 'if (text && !truncated && text.length !== length)',
    replace: 'if (!text)',
  },
} as const satisfies Record<string, Mutant>;
