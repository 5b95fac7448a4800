import type { ResultOf } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import type { AuditLog } from '../verification/index.ts';
import type { OperationHandler } from './handler.ts';

/** Returns a log entry with the proof that the log contains it. */
export const auditGet: OperationHandler<'audit_get'> = {
  execute: ({ verification_id, since }, { parts: { audit } }) =>
    proveEntry(audit, verification_id, since),
};

/**
 * An entry with the proof that the log holds it, and where the caller knows an older checkpoint, that
 * the log continues it.
 *
 * @param since Size of the checkpoint that the caller knows.
 * @throws RequestError `not_found`, `unavailable`.
 */
export async function proveEntry(
  audit: AuditLog,
  id: string,
  since: number | undefined,
): Promise<ResultOf<'audit_get'>> {
  // A log that is smaller than what the client has seen has no proof to give; that its checkpoint
  // is smaller tells the client what happened.
  if (since === undefined || since > audit.size) return prove(audit, id);
  return proveSince(audit, id, since);
}

/** How often two proofs are asked for before they must be of one checkpoint. */
const maxAttempts = 8;

/**
 * Both proofs against one checkpoint. It may be renewed between the two, as another client asks for
 * an entry of just now; then both are asked for anew, which by then only takes the newest again.
 */
async function proveSince(
  audit: AuditLog,
  id: string,
  since: number,
): Promise<ResultOf<'audit_get'>> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const entry = await prove(audit, id);
    const { checkpoint, ...consistency } = await audit.consistency(since);
    if (checkpoint === entry.checkpoint) return { ...entry, consistency };
  }
  throw new RequestError('unavailable', 'The log grows too fast to be proved just now.', {
    retryable: true,
  });
}

async function prove(audit: AuditLog, id: string): Promise<ResultOf<'audit_get'>> {
  const proof = await audit.prove(id);
  if (proof) return proof;
  throw new RequestError('not_found', 'The log has no such entry.');
}
