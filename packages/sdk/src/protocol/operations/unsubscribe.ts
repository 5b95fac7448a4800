import * as z from 'zod';
import { defineOperation } from '../operation.ts';
import { topic } from '../topics.ts';

export const unsubscribe = defineOperation({
  name: 'unsubscribe',
  reply: 'subscribed',
  summary: 'Removes topics from those whose events this connection receives.',
  class: 'once',
  input: { topics: z.array(topic).min(1) },
  output: { topics: z.array(topic) },
});
