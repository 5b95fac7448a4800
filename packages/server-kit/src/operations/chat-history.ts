import type { OperationHandler } from './handler.ts';

const usualPage = 50;

/** Pages backwards through the conversation. */
export const chatHistory: OperationHandler<'chat_history'> = {
  async execute({ before, limit = usualPage }, { parts, session }) {
    const { messages, hasMore } = await parts.storage.messages.page(session.id, { before, limit });
    return { messages, has_more: hasMore };
  },
};
