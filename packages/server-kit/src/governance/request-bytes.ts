import { createHash, randomBytes } from 'node:crypto';
import type { StoredRequest } from './approval-store.ts';

/**
 * A request as the bytes that an approval is bound to: what runs, for whom, on what, within which
 * limits and under which policies. What only informs, as the preview and the reasons, is left out, or
 * a changed word would spoil an approval. A nonce makes each asking its own: the approval of one is
 * none of another that is the same.
 */
export function serializeRequest(request: StoredRequest): string {
  // Named one by one, so that nothing unforeseen is stored.
  const { type, input, sessionId, clientId, requestId, principal } = request;
  const { paths, baseHash, limits, policyVersion } = request;
  const { kind, userId, roles } = principal;
  return JSON.stringify({
    v: 1,
    type,
    input,
    sessionId,
    clientId,
    requestId,
    principal: { kind, userId, roles },
    paths,
    baseHash,
    limits,
    policyVersion,
    nonce: randomBytes(16).toString('base64url'),
  });
}

/** The request that {@link serializeRequest} made the bytes from; their hash was checked before. */
export function parseRequest(bytes: string): StoredRequest {
  const {
    v: _version,
    nonce: _nonce,
    ...request
  } = JSON.parse(bytes) as StoredRequest & {
    v: number;
    nonce: string;
  };
  return request;
}

/** Hash of the bytes as UTF-8, `sha256:` and 64 hex digits. */
export function hashOfRequest(bytes: string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
