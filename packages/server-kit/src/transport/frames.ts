import { contract, isOperationName } from '@ide-assistant/sdk/protocol';
import { RequestError } from '../errors.ts';
import { errorMessage } from '../session/index.ts';

/** Reads a frame; what is none comes back as the error that its sender is told. */
export function parseFrame(
  data: string | Uint8Array,
): (Record<string, unknown> & { type: string }) | RequestError {
  if (typeof data !== 'string') {
    return new RequestError('invalid_message', 'Frames are JSON text; this one is binary.');
  }
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return new RequestError('invalid_message', 'The frame is not JSON.');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return new RequestError('invalid_message', 'A frame is a JSON object.');
  }
  const { type } = value as { type?: unknown };
  if (typeof type !== 'string') {
    return new RequestError('invalid_message', 'A frame needs a type.', {
      details: { issues: [{ path: 'type', message: 'expected a string' }] },
    });
  }
  return value as Record<string, unknown> & { type: string };
}

/** Gives the timestamp back only where it is one: nesting deep enough could not even be written. */
export function answerToPing(timestamp: unknown, now: number): object {
  const parsed = contract.ping.input.shape.timestamp.safeParse(timestamp);
  if (parsed.success) {
    const echo = timestamp === undefined ? {} : { timestamp };
    return { type: 'pong', ...echo, server_time: new Date(now).toISOString() };
  }
  const expected = 'expected a number or at most 64 characters';
  const error = new RequestError('invalid_message', 'The timestamp of a ping is none.', {
    details: { issues: [{ path: 'timestamp', message: expected }] },
  });
  return errorMessage(error, undefined, 'ping');
}

/** Why a frame is no request; null when it is one. */
export function refusalOf(type: string, requestId: unknown): RequestError | null {
  if (!isOperationName(type)) {
    return new RequestError('invalid_message', `There is no operation “${type.slice(0, 64)}”.`, {
      details: { issues: [{ path: 'type', message: 'unknown type' }] },
    });
  }
  if (typeof requestId !== 'string' || requestId.length < 1 || requestId.length > 64) {
    return new RequestError('invalid_message', 'A request needs a request_id.', {
      details: { issues: [{ path: 'request_id', message: 'expected 1 to 64 characters' }] },
    });
  }
  return null;
}
