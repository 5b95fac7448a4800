import { RequestError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { Proposal } from '../storage/index.ts';
import { currentHash } from './current-hash.ts';
import { fieldPath } from './field-path.ts';
import type { OperationContext, OperationSession } from './handler.ts';

/**
 * A proposal, whatever has been decided about it.
 *
 * @throws RequestError `not_found`.
 */
export async function findProposal(
  diffId: string,
  { parts, session }: { parts: Parts; session: OperationSession },
): Promise<Proposal> {
  const proposal = await parts.storage.proposals.get(session.id, diffId);
  if (!proposal) throw new RequestError('not_found', 'There is no such proposal.');
  return proposal;
}

/**
 * A proposal with its state as the file shows it: a server that ended between the file and the store
 * has left a proposal open that is written. To be called in the proposal's turn, where no try to
 * write it is under way, so that one that is noted was cut off.
 */
export async function settledProposal(
  diffId: string,
  context: OperationContext,
): Promise<Proposal> {
  const { parts, session, paths, tell } = context;
  const proposal = await findProposal(diffId, context);
  const { attempt, state } = proposal;
  if (state !== 'proposed' || attempt === null) return proposal;
  const path = fieldPath(paths, 'path');
  if ((await currentHash(await session.workspace(), path)) !== attempt.hash) return proposal;
  const { outcome, effectId, by, hash } = attempt;
  await parts.storage.proposals.decide(session.id, diffId, outcome, effectId);
  tell('diff_resolved', { diff_id: diffId, outcome });
  tell('file_update', { path: path.path, hash, origin: by });
  return { ...proposal, state: outcome, effectId };
}

/** @throws RequestError `conflict` (details: `state`) when somebody has decided already. */
export function requireUndecided({ state }: Proposal): void {
  if (state === 'proposed') return;
  throw new RequestError('conflict', `The proposal is ${state} already.`, { details: { state } });
}
