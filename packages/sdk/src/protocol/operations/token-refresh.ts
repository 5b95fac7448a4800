import * as z from 'zod';
import { instant } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const tokenRefresh = defineOperation({
  name: 'token_refresh',
  reply: 'token_refreshed',
  summary: 'Replaces the token of this connection by a newer one of the same user.',
  class: 'once',
  secrets: ['token'],
  input: { token: z.string().min(1) },
  output: { expires_at: instant.nullable() },
});
