/** Codes of an `error` reply. */
export const errorCodes = [
  'invalid_message',
  'unauthenticated',
  'forbidden',
  'not_found',
  'already_exists',
  'path_outside_workspace',
  'not_a_file',
  'not_a_directory',
  'unsupported_language',
  'unsupported_file_type',
  'conflict',
  'too_large',
  'rate_limited',
  'timeout',
  'approval_expired',
  'approval_denied',
  'interrupted',
  'audit_unavailable',
  'assistant_unavailable',
  'sandbox_unavailable',
  'unavailable',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/**
 * Close codes of the socket. Those above 4000 are 4000 + the HTTP status of the same meaning.
 * 44xx is final, except 4401 (renew the token once), 4408 and 4429 (retry).
 */
export const closeCodes = {
  done: 1000,
  goingAway: 1001,
  frameTooLarge: 1009,
  restart: 1012,
  overloaded: 1013,
  protocolError: 4400,
  unauthenticated: 4401,
  forbidden: 4403,
  heartbeatLost: 4408,
  replaced: 4409,
  rateLimited: 4429,
} as const;
