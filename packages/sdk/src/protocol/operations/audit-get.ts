import * as z from 'zod';
import { defineOperation } from '../operation.ts';

export const auditGet = defineOperation({
  name: 'audit_get',
  reply: 'audit_entry',
  summary: 'Returns a signed log entry with the proof that the log contains it.',
  class: 'read',
  input: {
    verification_id: z.string().max(128),
    /**
     * Number of entries under the checkpoint that the caller remembers. The reply then proves that
     * its own checkpoint continues that one.
     */
    since: z.int().min(1).optional(),
  },
  output: {
    /** The exact log line, a DSSE envelope as JSON text; its bytes are the RFC 9162 leaf. */
    line: z.string(),
    envelope: z.object({
      payloadType: z.string(),
      payload: z.string(),
      signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })),
    }),
    index: z.int(),
    proof: z.object({ tree_size: z.int(), hashes: z.array(z.string().regex(/^[0-9a-f]{64}$/)) }),
    /** C2SP signed note over the tree's root. */
    checkpoint: z.string(),
    /**
     * RFC 9162 consistency proof from `since` to the checkpoint, whose size is `tree_size`; the hashes
     * are in hex. Absent where `since` is, and where the log is smaller than that.
     */
    consistency: z
      .object({
        old_size: z.int(),
        tree_size: z.int(),
        hashes: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
      })
      .optional(),
  },
});
