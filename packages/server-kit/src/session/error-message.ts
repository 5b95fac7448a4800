import type { ErrorMessage } from '@ide-assistant/sdk/protocol';
import type { RequestError } from '../errors.ts';

/** The `error` reply for a refusal or failure. */
export function errorMessage(
  error: RequestError,
  requestId: string | undefined,
  originalType: string | null,
): ErrorMessage {
  return {
    type: 'error',
    ...(requestId === undefined ? {} : { request_id: requestId }),
    code: error.code,
    message: error.message,
    original_type: originalType,
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retry_after_ms: error.retryAfterMs }),
    ...(error.details === undefined ? {} : { details: error.details }),
  };
}
