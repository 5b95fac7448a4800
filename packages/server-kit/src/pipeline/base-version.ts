import { RequestError } from '../errors.ts';
import type { ApprovalRecord, StoredRequest } from '../governance/index.ts';
import { currentHash } from '../operations/current-hash.ts';
import type { OperationSession } from '../operations/handler.ts';
import type { ConfinedTarget } from './confine-path.ts';

/** Hash of the file that a request is about, as it is now; null where there is no file. */
export async function baseHash(
  session: OperationSession,
  { main }: ConfinedTarget,
): Promise<string | null> {
  return main ? currentHash(await session.workspace(), main) : null;
}

/** What an approver is told that a request is about: its path, or the session as a whole. */
export function resourceOf({ id }: OperationSession, { main }: ConfinedTarget): string {
  return main?.path || id;
}

/**
 * What a person approved holds for the file that he saw, not for another one of the same name, and
 * for the place that he saw where the request itself names none.
 *
 * @throws RequestError `conflict` (details: `stale`) when either has changed since.
 */
export async function requireSameBase(
  session: OperationSession,
  approval: ApprovalRecord,
  target: ConfinedTarget,
): Promise<void> {
  const { baseHash: approved } = JSON.parse(approval.request) as StoredRequest;
  if (approval.resource !== resourceOf(session, target)) {
    throw new RequestError('conflict', 'It would now happen elsewhere. Ask again.', {
      details: { stale: true },
    });
  }
  const current = await baseHash(session, target);
  if (current === approved) return;
  throw new RequestError('conflict', 'The file has changed since it was asked for. Ask again.', {
    details: { stale: true, current_hash: current },
  });
}
