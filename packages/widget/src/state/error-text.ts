import { isAssistantError } from '@ide-assistant/sdk';
import { errorStrings as words } from '../strings/notices.ts';

/** Says what happened and, where something can be done, what. */
export function errorText(error: unknown): string {
  if (!isAssistantError(error)) return error instanceof Error ? error.message : String(error);
  switch (error.code) {
    case 'blocked':
      return words.blocked(error.message);
    case 'conflict':
      return words.conflict;
    case 'timeout':
      return words.timeout;
    case 'network':
    case 'unavailable':
      return words.unavailable(error.message);
    case 'queue_full':
      return words.queueFull;
    case 'interrupted':
      return words.interrupted;
    default:
      return error.message;
  }
}

/** Whether an error is only the person's own stop, which needs no telling. */
export function isOwnDoing(error: unknown): boolean {
  return isAssistantError(error) && (error.code === 'cancelled' || error.code === 'closed');
}
