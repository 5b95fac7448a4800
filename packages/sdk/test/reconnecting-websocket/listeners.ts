import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientEvents } from '../../src/index.ts';
import { harness, type Harness } from '../support/harness.ts';

/** Loses the connection and is greeted on the next, in the same session. */
async function reconnect({ client, factory }: Harness, seq: number): Promise<void> {
  factory.last.drop(1006);
  while (client.status.state !== 'connecting') await vi.advanceTimersToNextTimerAsync();
  factory.last.greet({ seq, resumed: true });
}

/** Tests of who is told. */
export function listeners(): void {
  describe('a listener', () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it('level0 event listeners are kept after reconnect: there are no on… properties; what on() added hears all connections', async () => {
      const started = harness();
      const { client, factory, open } = started;
      const heard: number[] = [];
      let connected = 0;
      client.on('ai_typing', ({ seq }) => heard.push(seq ?? 0));
      client.on('status', ({ state }) => {
        if (state === 'connected') connected++;
      });
      await open();
      for (const seq of [1, 2, 3, 4]) {
        factory.last.event(seq);
        await reconnect(started, seq);
      }
      factory.last.event(5);
      expect(heard).toEqual([1, 2, 3, 4, 5]);
      expect(connected).toBe(5);
      client.close();
    });

    it('level2 event listeners: each on() returns its own undo, and an unknown name is never called', async () => {
      const { client, factory, open } = harness();
      const order: string[] = [];
      const twice = () => order.push('twice');
      client.on('ai_typing', () => order.push('first'));
      const undo = client.on('ai_typing', twice);
      client.on('ai_typing', twice);
      // @ts-expect-error The names of events are known.
      const undoUnknown = client.on('unknown', () => order.push('unknown'));
      await open();
      factory.last.event(1);
      undo();
      undo();
      undoUnknown();
      factory.last.event(2);
      expect(order).toEqual(['first', 'twice', 'twice', 'first', 'twice']);
      client.close();
    });

    it('level2 event listeners using object with handleEvent: listeners are functions; a method is called by one, and survives a reconnect', async () => {
      const view = {
        seen: [] as (number | undefined)[],
        handleEvent(event: ClientEvents['ai_typing']) {
          this.seen.push(event.seq);
        },
      };
      const started = harness();
      const { client, factory, open } = started;
      // A function can say by its type which event it takes; an object for all of them cannot.
      // @ts-expect-error An object is no listener.
      client.on('ai_typing', view)();
      const undo = client.on('ai_typing', (event) => view.handleEvent(event));
      await open();
      factory.last.event(1);
      await reconnect(started, 1);
      factory.last.event(2);
      undo();
      factory.last.event(3);
      expect(view.seen).toEqual([1, 2]);
      client.close();
    });
  });
}
