import { createHash } from 'node:crypto';
import type { StoredRequest } from './approval-store.ts';

/** A request as the bytes that an approval is bound to. */
export function serializeRequest(request: StoredRequest): string {
  // Named one by one, so that nothing unforeseen is stored and equal requests give equal bytes.
  const { type, input, sessionId, clientId, requestId, principal, baseHash } = request;
  const { kind, userId, roles } = principal;
  return JSON.stringify({
    type,
    input,
    sessionId,
    clientId,
    requestId,
    principal: { kind, userId, roles },
    baseHash,
  });
}

/** The request that {@link serializeRequest} made the bytes from; their hash was checked before. */
export function parseRequest(bytes: string): StoredRequest {
  return JSON.parse(bytes) as StoredRequest;
}

/** Hash of the bytes as UTF-8, `sha256:` and 64 hex digits. */
export function hashOfRequest(bytes: string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
