import * as z from 'zod';
import { chatMessage } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const chatHistory = defineOperation({
  name: 'chat_history',
  reply: 'chat_messages',
  summary: 'Pages backwards through the conversation, oldest of the page first.',
  class: 'read',
  input: { before: z.string().optional(), limit: z.int().min(1).max(200).optional() },
  output: { messages: z.array(chatMessage), has_more: z.boolean() },
});
