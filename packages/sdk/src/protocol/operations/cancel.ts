import * as z from 'zod';
import { defineOperation } from '../operation.ts';

export const cancel = defineOperation({
  name: 'cancel',
  reply: 'cancel_result',
  summary: 'Stops a running request of the same client; that request ends in `cancelled`.',
  class: 'once',
  input: { request_id_to_cancel: z.string().min(1).max(64) },
  output: { cancelled: z.boolean() },
});
