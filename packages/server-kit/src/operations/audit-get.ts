import { RequestError } from '../errors.ts';
import type { OperationHandler } from './handler.ts';

/** Returns a log entry with the proof that the log contains it. */
export const auditGet: OperationHandler<'audit_get'> = {
  async execute({ verification_id }, { parts }) {
    const proof = await parts.audit.prove(verification_id);
    if (!proof) throw new RequestError('not_found', 'The log has no such entry.');
    return proof;
  },
};
