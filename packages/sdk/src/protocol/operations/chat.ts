import * as z from 'zod';
import { chatMessage, path } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const chat = defineOperation({
  name: 'chat',
  reply: 'ai_response',
  summary: 'Asks the assistant; its text, tools and proposals arrive as events while it answers.',
  class: 'run',
  verified: true,
  input: {
    message: z.string().min(1).max(65_536),
    context: z
      .strictObject({
        active_file: path.optional(),
        selection: z.string().max(65_536).optional(),
        files: z.array(path).max(32).optional(),
      })
      .optional(),
  },
  output: {
    message: chatMessage,
    /** Ids of the proposals made in this turn. */
    diffs: z.array(z.string()),
    usage: z
      .object({ input_tokens: z.int(), output_tokens: z.int(), cost_usd: z.number().optional() })
      .optional(),
  },
});
