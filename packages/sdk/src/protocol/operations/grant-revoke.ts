import * as z from 'zod';
import { defineOperation } from '../operation.ts';

export const grantRevoke = defineOperation({
  name: 'grant_revoke',
  reply: 'grant_revoked',
  summary: 'Ends a grant: requests that it let pass are asked about again.',
  class: 'once',
  verified: true,
  input: { grant_id: z.string().max(64) },
  output: { grant_id: z.string() },
});
