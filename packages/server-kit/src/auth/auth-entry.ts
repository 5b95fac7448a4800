import { hash } from 'node:crypto';
import type { ActionStatement } from '../verification/index.ts';

/**
 * The audit statement of what the server or its host does about access: a refusal, a revocation, a
 * member of a session.
 *
 * @param subject Whom or what it is about; never a token.
 * @param outcome What came of it, as the reason of a refusal.
 */
export function authEntry(action: string, subject: string, outcome: string): ActionStatement {
  return {
    phase: 'auth',
    actor: { sub: '', kind: 'server', sessionId: '' },
    action,
    subject,
    inputHash: `sha256:${hash('sha256', JSON.stringify([action, subject]), 'hex')}`,
    outcome,
  };
}
