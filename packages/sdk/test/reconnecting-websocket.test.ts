import { describe, expect, it, type RunnerTask } from 'vitest';
import { closing } from './reconnecting-websocket/closing.ts';
import { handshakes } from './reconnecting-websocket/handshakes.ts';
import { listeners } from './reconnecting-websocket/listeners.ts';
import { messages } from './reconnecting-websocket/messages.ts';
import { retries } from './reconnecting-websocket/retries.ts';
import { sockets } from './reconnecting-websocket/sockets.ts';
import { state } from './reconnecting-websocket/state.ts';

/**
 * The behaviours of the library `reconnecting-websocket`, by the names that its own tests give them,
 * and what a user of this client has for each. Somebody who knows that library expects them; where
 * ours is deliberately another one, its test begins with the same name and says so.
 */
const behaviours = {
  'throws with invalid constructor': 'requests reject with `closed`, `error` tells why',
  'throws with missing constructor': 'requests reject with `closed`, `error` tells why',
  'throws with non-constructor object': 'requests reject with `closed`, `error` tells why',
  'throws if not created with `new`': '`createClient()` is a plain function without effects',
  'global WebSocket is used if available': 'the same',
  'getters when not ready': '`status`, `queued`, `sessionId`, `clientId`',
  'debug on': '`status` events with codes and reasons',
  'debug off': 'no console at all',
  'pass WebSocket via options': 'the same',
  'URL provider': '`url`, or a function of it',
  'websocket protocol': 'the contract and `token`, or a function of it',
  'undefined websocket protocol': 'the contract alone',
  'null websocket protocol': 'the contract alone',
  'connection status constants': 'the names of `status.state`',
  'max retries: 0': 'never by itself; `close()` in a `status` listener',
  'max retries: 1': 'never by itself; `close()` in a `status` listener',
  'max retries: 5': 'never by itself; `close()` in a `status` listener',
  'level0 event listeners are kept after reconnect': '`on()`; no properties',
  'level2 event listeners': '`on()` and the undo that it returns',
  'level2 event listeners using object with handleEvent': '`on()` with a function; no objects',
  'connection timeout': '`connectTimeoutMs`, up to the greeting of the server',
  getters: '`status.connect`, `sessionId`, `clientId`',
  binaryType: 'the `binary` event, always an ArrayBuffer',
  'calling to close multiple times': 'the same',
  'calling to reconnect when not ready': 'the same',
  'start closed': 'always so, until `connect()` or a request',
  'connect, send, receive, close': '`request()`, `close()`',
  'connect, send, receive, reconnect': '`request()`, `reconnect()`, in the same session',
  'immediately-failed connection should not timeout': 'the same',
  'immediately-failed connection with 0 maxRetries must not retry': '`close()` in a listener',
  'connect and close before establishing connection': 'the same',
  'enqueue messages': 'requests wait, `queued` counts them',
  'respect maximum enqueued messages': '`queue.maxRequests`, told by `queue_full`',
  'enqueue messages before websocket initialization with expected order': 'the same',
  'closing from the other side should reconnect': 'the same, but for final codes',
  'closing from the other side should allow to keep closed': 'final codes, or a listener',
  'reconnection delay grow factor': '`backoff`: doubling bounds, full jitter',
  minUptime: '`backoff.stableMs`',
  'reconnect after closing': '`connect()` or `reconnect()`',
};

describe('a behaviour known from reconnecting-websocket', () => {
  sockets();
  handshakes();
  state();
  retries();
  listeners();
  closing();
  messages();

  it('has a test of its own, for each of the 39 names', ({ task }) => {
    const tested = testNames(task.file.tasks);
    const untested = Object.keys(behaviours).filter(
      (name) => !tested.some((test) => test.startsWith(`${name}: `)),
    );
    expect(untested).toEqual([]);
    expect(Object.keys(behaviours)).toHaveLength(39);
  });
});

function testNames(tasks: readonly RunnerTask[]): string[] {
  return tasks.flatMap((task) => ('tasks' in task ? testNames(task.tasks) : task.name));
}
