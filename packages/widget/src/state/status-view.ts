import type { Status } from '@ide-assistant/sdk';
import { statusStrings as words } from '../strings/launcher.ts';

/** Colour of the status dot; never the only sign, the word stands with it. */
export type Tone = 'good' | 'warn' | 'bad';

/** What a status looks like. */
export interface StatusView {
  tone: Tone;
  /** The status in a word or two, as "Reconnecting in 3 s". */
  word: string;
  /** Whether the dot pulses, because something is being tried. */
  pulse: boolean;
  /** What the person can do about it. */
  action: 'retry' | 'reconnect' | null;
  /** A sentence more, for a status that needs one. */
  detail: string | null;
}

/**
 * Renders a connection status. Until a first attempt has ended (`settled`), connecting is the
 * ordinary course of things and yellow; afterwards a missing connection is a fault and red.
 */
export function statusView(status: Status, settled: boolean, nowMs: number): StatusView {
  const base = { action: null, detail: null, pulse: false } as const;
  switch (status.state) {
    case 'connected':
      return { ...base, tone: 'good', word: words.connected };
    case 'idle':
      return { ...base, tone: 'warn', word: words.connecting, pulse: true };
    case 'connecting':
      return settled
        ? { ...base, tone: 'bad', word: words.reconnecting, pulse: true }
        : { ...base, tone: 'warn', word: words.connecting, pulse: true };
    case 'reconnecting': {
      const seconds = Math.max(0, Math.ceil((status.retryAt - nowMs) / 1_000));
      const word = seconds > 0 ? words.reconnectingIn(seconds) : words.reconnecting;
      return { ...base, tone: 'bad', word, action: 'retry' };
    }
    case 'offline':
      return { ...base, tone: 'bad', word: words.offline, detail: words.offlineDetail };
    case 'closed':
      return {
        ...base,
        tone: 'bad',
        action: 'reconnect',
        ...closedView(status.code, status.reason),
      };
  }
}

function closedView(code: number, reason: string): Pick<StatusView, 'word' | 'detail'> {
  if (code === 4401) return { word: words.signedOut, detail: words.signedOutDetail };
  if (code === 4403) return { word: words.noAccess, detail: words.noAccessDetail };
  if (code === 4409) return { word: words.replaced, detail: words.replacedDetail };
  return { word: words.disconnected, detail: reason || null };
}

/** Whether a connection attempt has come to an end, well or badly. */
export function isSettled(status: Status): boolean {
  return status.state !== 'idle' && status.state !== 'connecting';
}
