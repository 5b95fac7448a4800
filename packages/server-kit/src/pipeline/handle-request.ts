import { hash } from 'node:crypto';
import {
  actionOf,
  contract,
  type Alert,
  type OperationName,
  type ParsedInputOf,
} from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import {
  approvalPreview,
  grantScope,
  type ApprovalRecord,
  type ReviewDecision,
  type StoredRequest,
} from '../governance/index.ts';
import { handlers } from '../operations/index.ts';
import type {
  OperationConnection,
  OperationContext,
  OperationHandler,
  OperationSession,
  PolicyFacts,
} from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import { authenticate, type Principal } from './authenticate.ts';
import { confineTarget } from './confine-path.ts';
import { baseHash, pathsOf, resourceOf } from './base-version.ts';
import type { Permit } from './govern.ts';
import type { ScanReport } from './hunt.ts';
import { judge, type Refusal } from './judge.ts';
import { parseInput } from './parse-input.ts';
import { requireCovered, requireUnchanged, runLimits, stale } from './stale.ts';
import { recordFailure, recordIntent, recordRuling, verify, type Recorded } from './verify.ts';

/** One request with all that is known of its sender. */
export interface Request<N extends OperationName = OperationName> {
  readonly name: N;
  /** Fields as they came, without `type`. */
  readonly fields: Record<string, unknown>;
  readonly requestId: string;
  readonly clientId: string;
  readonly identity: Identity;
  readonly kind: Principal['kind'];
  readonly signal: AbortSignal;
  readonly connection: OperationConnection | null;
  /** The approval that lets this very request pass; null for one that nobody was asked about. */
  readonly approval: ApprovalRecord | null;
  /** Whether the request had begun when the server ended, so that its effect may be there. */
  readonly hadBegun: boolean;
}

/** What the session lends to the request. */
export interface RequestHost {
  readonly parts: Parts;
  readonly session: OperationSession;
  readonly tools: Pick<
    OperationContext,
    'tell' | 'drained' | 'invoke' | 'cancelRequest' | 'runApproved' | 'refuseApproval'
  >;
}

/** How a request ends, or that it waits for a person. */
export type Ending =
  | { kind: 'reply'; message: Record<string, unknown> & { type: string } }
  | { kind: 'review'; approval: ApprovalRecord; auditId: string };

/**
 * The six layers in order: authenticate, confine path, govern, hunt, sandbox, verify. Each takes
 * the evidence of the one before.
 *
 * @throws RequestError for what the client should be told; anything else is a fault of ours.
 */
export async function handleRequest<N extends OperationName>(
  { parts, session, tools }: RequestHost,
  request: Request<N>,
): Promise<Ending> {
  const { name, approval } = request;
  const handler = handlers[name] as OperationHandler<N>;

  const principal = authenticate(parts, session, request);
  const input = parseInput(name, request.fields);
  const target = await confineTarget(parts, session, principal, name, handler, input);
  if (approval) await requireUnchanged(parts, session, approval, target);
  const recorded: Recorded = {
    parts,
    sessionId: session.id,
    principal,
    name,
    input: withoutSecrets(name, withoutEnvelope(input)),
    target,
  };

  const judged = await judge(parts, session, principal, name, handler, input, target);
  if (!('permit' in judged)) return refuse(recorded, approval, judged);
  const { review } = judged;
  if (approval && review) requireCovered(approval, review);
  const { facts } = judged.permit;
  const grantId = review && !approval ? await findGrant(recorded, review, facts) : null;
  if (review && !approval && grantId === null) {
    return ask(session, recorded, request, review, facts);
  }

  const endProgram = handler.runsProgram
    ? parts.usage.beginExecution(principal.userId, { isOwed: approval !== null })
    : () => undefined;
  try {
    const approvedBy = approval?.approval_id ?? grantId;
    return await act({ parts, session, tools }, request, recorded, input, judged, approvedBy);
  } finally {
    endProgram();
  }
}

/** Layers 5 and 6: what is about to happen is recorded, then done, and what came of it is signed. */
async function act<N extends OperationName>(
  { parts, session, tools }: RequestHost,
  request: Request<N>,
  recorded: Recorded,
  input: ParsedInputOf<N>,
  { permit, report }: { permit: Permit; report: ScanReport },
  approvedBy: string | null,
): Promise<Ending> {
  const { name } = request;
  const handler = handlers[name] as OperationHandler<N>;
  const intent = await recordIntent(recorded, permit, report, approvedBy);
  const context: OperationContext = {
    parts,
    session,
    principal: recorded.principal,
    identity: request.identity,
    requestId: request.requestId,
    effectId: effectIdOf(session.id, request),
    paths: recorded.target.paths,
    facts: permit.facts,
    alerts: report.alerts,
    signal: request.signal,
    connection: request.connection,
    ...tools,
  };
  try {
    const kept = request.hadBegun ? await handler.tookEffect?.(input, context) : null;
    const result = contract[name].output.parse(kept ?? (await handler.execute(input, context)));
    const proof = await verify<N>(recorded, permit, intent, result as never).catch(notAgain);
    return { kind: 'reply', message: { type: contract[name].reply, ...result, ...proof } };
  } catch (error) {
    // A log that cannot be written has nothing to add about its own failure.
    if (!(error instanceof RequestError && error.code === 'audit_unavailable')) {
      await recordFailure(recorded, intent, outcomeOf(error, request.signal));
    }
    throw error;
  }
}

async function refuse(
  recorded: Recorded,
  approval: ApprovalRecord | null,
  refusal: Refusal,
): Promise<Ending> {
  const isFinding = 'finding' in refusal;
  const entry = isFinding
    ? await recordRuling(recorded, { effect: 'block', policies: [] }, 'finding')
    : await recordRuling(recorded, refusal.block, refusal.block.code);
  if (approval) {
    throw stale(isFinding ? 'findings_changed' : 'policies_changed', { audit_id: entry.id });
  }
  const reason = isFinding ? refusal.finding : refusal.block.reason;
  return blocked(recorded.name, reason, entry.id, refusal.alerts);
}

/** The grant by which a request passes unasked; null for none. */
async function findGrant(
  { parts, sessionId, principal, name, input, target }: Recorded,
  review: ReviewDecision,
  facts: PolicyFacts,
): Promise<string | null> {
  if (!review.grantable) return null;
  const { key: scopeKey } = grantScope({ type: name, input }, pathsOf(target), facts);
  const request = { sessionId, principal, action: actionOf(name), scopeKey };
  return (await parts.approvals.grants.find(request, review))?.grantId ?? null;
}

/** Stores the request until a person has decided. */
async function ask(
  session: OperationSession,
  recorded: Recorded,
  request: Request,
  review: ReviewDecision,
  facts: PolicyFacts,
): Promise<Ending> {
  const { name, parts, principal, sessionId, target, input } = recorded;
  const { identity } = request;
  if (contract[name].secrets.length > 0) {
    const reason = 'A person must approve this, and it may hold what may not be kept until then.';
    const entry = await recordRuling(recorded, { ...review, effect: 'block' }, 'SECRET_INPUT');
    return blocked(name, reason, entry.id);
  }
  const entry = await recordRuling(recorded, review, review.code);
  const paths = pathsOf(target);
  const stored: StoredRequest = {
    type: name,
    input,
    sessionId,
    clientId: request.clientId,
    requestId: request.requestId,
    principal: { kind: principal.kind, userId: principal.userId, roles: principal.roles },
    paths,
    baseHash: await baseHash(session, target),
    limits: runLimits(parts, name),
    policyVersion: parts.policy.version,
  };
  const approval = await parts.approvals.open(stored, review, {
    action: actionOf(name),
    resource: resourceOf(session, target),
    preview: approvalPreview(stored),
    requester: { tokenId: identity.tokenId, sid: identity.sid, issuedAt: identity.issuedAt },
    scope: grantScope(stored, paths, facts),
  });
  return { kind: 'review', approval, auditId: entry.id };
}

function blocked(
  name: OperationName,
  reason: string,
  auditId: string,
  alerts?: readonly Alert[],
): Ending {
  return {
    kind: 'reply',
    message: {
      type: 'blocked',
      action: actionOf(name),
      reason,
      audit_id: auditId,
      ...(alerts ? { alerts } : {}),
    },
  };
}

function effectIdOf(sessionId: string, { identity, clientId, requestId }: Request): string {
  const key = [sessionId, identity.userId, clientId, requestId];
  return hash('sha256', JSON.stringify(key), 'base64url');
}

/** The log and the approver speak of what was asked, not of how it travelled. */
function withoutEnvelope<N extends OperationName>(
  input: ParsedInputOf<N>,
): Record<string, unknown> {
  const {
    request_id: _id,
    session_id: _session,
    timestamp: _timestamp,
    ...fields
  } = input as Record<string, unknown>;
  return fields;
}

/** Of what may be a secret only the size is told. */
function withoutSecrets(
  name: OperationName,
  fields: Record<string, unknown>,
): Record<string, unknown> {
  const secrets: readonly string[] = contract[name].secrets;
  if (secrets.length === 0) return fields;
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      secrets.includes(field) ? { bytes: Buffer.byteLength(String(value)) } : value,
    ]),
  );
}

/** What has happened and could not be proved may not happen again by a repeat. */
function notAgain(error: unknown): never {
  if (!(error instanceof RequestError)) throw error;
  const { code, message, details } = error;
  throw new RequestError(code, message, { cause: error, ...(details ? { details } : {}) });
}

function outcomeOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'cancelled';
  return error instanceof RequestError ? error.code : 'internal';
}
