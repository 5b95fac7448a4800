import { contract, type Approval, type Grant, type OutputOf } from '@ide-assistant/sdk/protocol';
import type { Identity } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import type { Session } from '../session/index.ts';
import { ok, type Answer, type Asked, type RestRunning, type Route } from './rest-route.ts';

/** Sessions that one answer lists at most. */
const maxSessions = 200;

const stateField = contract.approval_list.input.shape.state;

/**
 * `GET <mount>/approvals[?session=…&state=…]`: what waits in one session, or in all that the caller
 * may see. Each session is asked by its own `approval_list`, with its policies and its log entry; one
 * of many that does not answer is named, and keeps nothing from the others.
 */
async function listApprovals(
  running: RestRunning,
  { query }: Asked,
  caller: Identity,
): Promise<Answer> {
  const state = stateOf(query.get('state'));
  const asked = query.get('session');
  const ids = asked === null ? await sessionsWith(running, state, caller) : [asked];
  const approvals: (Approval & { session_id: string })[] = [];
  const grants: (Grant & { session_id: string })[] = [];
  const skipped: { session_id: string; code: RequestError['code'] }[] = [];
  for (const id of ids.slice(0, maxSessions)) {
    const listed = await listOf(running, id, caller, state).catch((error: unknown) => {
      if (asked !== null || !(error instanceof RequestError)) throw error;
      skipped.push({ session_id: id, code: error.code });
      return null;
    });
    if (!listed) continue;
    approvals.push(...listed.approvals.map((approval) => ({ session_id: id, ...approval })));
    grants.push(...(listed.grants ?? []).map((grant) => ({ session_id: id, ...grant })));
  }
  return ok({ approvals, grants, skipped, truncated: ids.length > maxSessions });
}

/** @throws RequestError `invalid_message` for what is no state. */
function stateOf(given: string | null): Approval['state'] {
  const parsed = stateField.safeParse(given ?? 'pending');
  if (parsed.success && parsed.data) return parsed.data;
  throw new RequestError('invalid_message', 'There is no such state of an approval.');
}

async function listOf(
  running: RestRunning,
  id: string,
  caller: Identity,
  state: Approval['state'],
): Promise<OutputOf<'approval_list'>> {
  const session = await openFor(running, id, caller);
  return perform(running, session, caller, { name: 'approval_list', fields: { state } });
}

/** `POST <mount>/approvals/:id`: the same as `approval_resolve`, from wherever the approver is. */
async function resolveApproval(
  running: RestRunning,
  { match, json }: Asked,
  caller: Identity,
): Promise<Answer> {
  const fields = await json();
  if (fields === null || typeof fields !== 'object' || Array.isArray(fields)) {
    throw new RequestError('invalid_message', 'The body is a JSON object.');
  }
  const [, id = ''] = match;
  const record = await running.parts.approvals.get(id);
  if (!record) throw noApproval();
  const session = await openFor(running, record.sessionId, caller).catch(() => {
    throw noApproval();
  });
  return ok(
    await perform<'approval_resolve'>(running, session, caller, {
      name: 'approval_resolve',
      fields: { ...fields, approval_id: id },
    }),
  );
}

/** The REST paths of approvals. */
export const approvalRoutes: readonly Route[] = [
  { method: 'GET', pattern: /^\/approvals$/, access: 'user', answer: listApprovals },
  {
    method: 'POST',
    pattern: /^\/approvals\/([\w-]{1,64})$/,
    access: 'user',
    answer: resolveApproval,
  },
];

/** Sessions with an approval in a state that the caller may see. */
async function sessionsWith(
  { parts, registry }: RestRunning,
  state: Approval['state'],
  caller: Identity,
): Promise<string[]> {
  const visible: string[] = [];
  for (const id of await parts.approvals.sessionsWith(state)) {
    const members = await registry.membersOf(id);
    if (members && maySee(members, caller)) visible.push(id);
  }
  return visible;
}

/**
 * The session, loaded where it is not in memory.
 *
 * @throws RequestError `not_found`, also for one that the caller may not see.
 */
async function openFor({ registry }: RestRunning, id: string, caller: Identity): Promise<Session> {
  const members = await registry.membersOf(id);
  if (!members || !maySee(members, caller)) {
    throw new RequestError('not_found', 'There is no such session.');
  }
  return registry.open(id, members.owner);
}

/** Owner, members, and the host's admins. What each may do there, the session's policies decide. */
function maySee(
  members: { roleOf(userId: string): string | null },
  { userId, roles }: Identity,
): boolean {
  return members.roleOf(userId) !== null || roles.includes('admin');
}

/** Puts a request through the layers of its session, with the caller's own identity. */
async function perform<N extends 'approval_list' | 'approval_resolve'>(
  { parts }: RestRunning,
  session: Session,
  identity: Identity,
  { name, fields }: { name: N; fields: Record<string, unknown> },
): Promise<OutputOf<N>> {
  const sender = { clientId: parts.createId('h'), identity };
  const requestId = parts.createId('q');
  const reply = await session.requests.ask(sender, { name, requestId, fields });
  const { type, request_id: _id, ...output } = reply;
  if (type === 'error') {
    const { code, message, details, retryable } = output as {
      code: RequestError['code'];
      message: string;
      retryable: boolean;
      details?: Record<string, unknown>;
    };
    throw new RequestError(code, message, { retryable, ...(details ? { details } : {}) });
  }
  if (type === 'blocked') {
    throw new RequestError('forbidden', String(output['reason']), {
      details: { audit_id: output['audit_id'] },
    });
  }
  return output as OutputOf<N>;
}

function noApproval(): RequestError {
  return new RequestError('not_found', 'There is no such approval.');
}
