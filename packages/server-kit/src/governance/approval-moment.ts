import type { ApprovalState } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import type { ApprovalSummary } from './approval-store.ts';

/** Whether it waits for a person, or for its run to begin. */
export function isOpen({ state, claimedAt }: ApprovalSummary): boolean {
  return state === 'pending' || (state === 'approved' && claimedAt === null);
}

/** Whether its run has begun and not ended. */
export function isRunning({ state, claimedAt }: ApprovalSummary): boolean {
  return state === 'approved' && claimedAt !== null;
}

/** The refusal of a decision that comes too late. */
export function noLongerPending(state: ApprovalState): RequestError {
  return state === 'expired'
    ? new RequestError('approval_expired', 'The approval has expired. Ask again.', {
        details: { state },
      })
    : new RequestError('conflict', `The approval is no longer pending: it is ${state}.`, {
        details: { state },
      });
}

/** The refusal of what concerns no approval. */
export function notFound(): RequestError {
  return new RequestError('not_found', 'There is no such approval.');
}
