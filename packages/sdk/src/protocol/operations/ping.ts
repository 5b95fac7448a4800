import * as z from 'zod';
import { defineOperation } from '../operation.ts';

export const ping = defineOperation({
  name: 'ping',
  reply: 'pong',
  summary: 'Answers with the server’s time.',
  class: 'read',
  input: { timestamp: z.union([z.string().max(64), z.number()]).optional() },
  output: { timestamp: z.union([z.string(), z.number()]).optional(), server_time: z.string() },
});
