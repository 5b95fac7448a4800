import type { IdeState } from '@ide-assistant/sdk';

/** Counts what waits for the person while nobody looks. */
export interface Attention {
  /** Takes in a state; `visible` says whether the person sees the chat. Returns the count. */
  observe(state: Pick<IdeState, 'messages' | 'approvals'>, visible: boolean): number;
}

/**
 * Creates the counter behind the launcher's badge: open approvals, and answers that ended out of
 * sight. An answer counts only when it was seen under way here, so history loaded later does not.
 */
export function createAttention(): Attention {
  const underWay = new Set<string>();
  const unseen = new Set<string>();
  return {
    observe(state, visible) {
      for (const message of state.messages) {
        if (message.role !== 'assistant') continue;
        if (message.state === 'streaming') underWay.add(message.id);
        else if (underWay.delete(message.id)) unseen.add(message.id);
      }
      if (visible) unseen.clear();
      return unseen.size + state.approvals.filter((one) => one.state === 'pending').length;
    },
  };
}
