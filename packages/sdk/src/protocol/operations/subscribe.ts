import * as z from 'zod';
import { defineOperation } from '../operation.ts';
import { topic } from '../topics.ts';

export const subscribe = defineOperation({
  name: 'subscribe',
  reply: 'subscribed',
  summary: 'Adds topics to those whose events this connection receives.',
  class: 'once',
  input: { topics: z.array(topic).min(1), binary: z.boolean().optional() },
  output: { topics: z.array(topic) },
});
