import { describe, expect, test } from 'vitest';
import { queueNotice } from '../../src/state/queue-notice.ts';
import { statusView } from '../../src/state/status-view.ts';
import { connectMessage } from '../support/samples.ts';

const connected = { state: 'connected', connect: connectMessage() } as const;

describe('the status in a word', () => {
  test('is green and still once connected', () => {
    expect(statusView(connected, true, 0)).toMatchObject({
      tone: 'good',
      word: 'Connected',
      pulse: false,
      action: null,
    });
  });

  test('is yellow and pulses while the first connection is made', () => {
    const view = statusView({ state: 'connecting', attempt: 0 }, false, 0);
    expect(view).toMatchObject({ tone: 'warn', word: 'Connecting', pulse: true });
  });

  test('is red, counts down and offers to retry when the connection was lost', () => {
    const status = {
      state: 'reconnecting',
      attempt: 1,
      retryAt: 12_300,
      code: 1006,
      reason: '',
    } as const;
    expect(statusView(status, true, 10_000)).toMatchObject({
      tone: 'bad',
      word: 'Reconnecting in 3 s',
      action: 'retry',
    });
    expect(statusView(status, true, 13_000).word).toBe('Reconnecting');
  });

  test('stays red while a lost connection is being made again', () => {
    const view = statusView({ state: 'connecting', attempt: 2 }, true, 0);
    expect(view).toMatchObject({ tone: 'bad', word: 'Reconnecting', pulse: true });
  });

  test.each([
    [4401, 'Signed out'],
    [4403, 'No access'],
    [4409, 'Opened elsewhere'],
    [1000, 'Disconnected'],
  ])('says why the connection ended with %i', (code, word) => {
    const view = statusView({ state: 'closed', code, reason: '' }, true, 0);
    expect(view).toMatchObject({ tone: 'bad', word, action: 'reconnect' });
  });
});

describe('the line in place of the hint', () => {
  test('is absent while messages can be sent', () => {
    expect(queueNotice(connected, true, 0)).toBeNull();
    expect(queueNotice({ state: 'connecting', attempt: 0 }, false, 0)).toBeNull();
  });

  test('counts what waits and promises to send it', () => {
    expect(queueNotice({ state: 'offline' }, true, 2)).toBe('Offline. 2 queued, sends by itself.');
  });

  test('promises nothing after the connection was closed for good', () => {
    const notice = queueNotice({ state: 'closed', code: 4401, reason: '' }, true, 1);
    expect(notice).toBe('Disconnected. 1 queued until you reconnect.');
  });
});
