import type { Status } from '@ide-assistant/sdk';
import { queueStrings as words } from '../strings/chat.ts';

/** The line that takes the place of the composer's hint while nothing can be sent, else null. */
export function queueNotice(status: Status, settled: boolean, queued: number): string | null {
  if (status.state === 'connected') return null;
  if (status.state === 'closed') return words.closed(queued);
  if (!settled) return queued > 0 ? words.connecting(queued) : null;
  return words.offline(queued);
}
