import type { IncomingHttpHeaders } from 'node:http';
import { refuseToken } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import type { ResumePosition } from '../session/index.ts';

/** The part of an upgrade request that a handshake reads. */
export interface UpgradeRequest {
  /** Path and query; the token is taken out of it before anybody else sees it. */
  url?: string | undefined;
  headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came; the tokens in them are taken out as well. */
  rawHeaders?: string[];
  /** Where it came from; absent, as on a Unix socket, no limit by address holds. */
  socket?: { remoteAddress?: string | undefined } | undefined;
}

/** What a client says of itself when it connects. */
export interface Handshake {
  /** Every token that it offers; more than one is refused by {@link tokenOf}. */
  tokens: readonly string[];
  sessionId: string | null;
  clientId: string | null;
  position: ResumePosition | null;
}

/** The subprotocol that the server agrees to; the bearer entry beside it is never echoed. */
export const subprotocol = 'ide-assistant.v1';

const bearerPrefix = 'bearer.';
const clientPattern = /^[\w-]{1,64}$/;

/**
 * Reads the handshake and removes the token from the request's URL, so that no hook, log or error
 * report of the host can hold it.
 *
 * @throws RequestError `invalid_message` when `client` or `last_seq` is not what it should be.
 */
export function readHandshake(request: UpgradeRequest): Handshake {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const queryTokens = url.searchParams.getAll('token').filter((token) => token !== '');
  if (url.searchParams.has('token')) {
    url.searchParams.delete('token');
    request.url = url.pathname + url.search;
  }
  const offered = offeredTokens(request.headers);
  delete request.headers['sec-websocket-protocol'];
  blankRawHeader(request.rawHeaders ?? []);
  const clientId = url.searchParams.get('client');
  if (clientId !== null && !clientPattern.test(clientId)) {
    throw new RequestError('invalid_message', 'client is 1 to 64 of A-Z a-z 0-9 _ -.');
  }
  return {
    tokens: offered.length > 0 ? offered : queryTokens,
    sessionId: url.searchParams.get('session'),
    clientId,
    position: positionOf(url.searchParams),
  };
}

/**
 * The token of a handshake; null where it has none.
 *
 * @throws RequestError `unauthenticated` with `token_ambiguous` when it has more than one.
 */
export function tokenOf({ tokens }: Handshake): string | null {
  if (tokens.length > 1) throw refuseToken('token_ambiguous');
  return tokens[0] || null;
}

function offeredTokens(headers: IncomingHttpHeaders): string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith(bearerPrefix))
    .map((entry) => entry.slice(bearerPrefix.length));
}

/** Node keeps each header twice, and a host may log the one that we do not read. */
function blankRawHeader(rawHeaders: string[]): void {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === 'sec-websocket-protocol') rawHeaders[index + 1] = '';
  }
}

function positionOf(parameters: URLSearchParams): ResumePosition | null {
  const lastSeq = parameters.get('last_seq');
  const epoch = parameters.get('epoch');
  if (lastSeq === null || epoch === null) return null;
  if (!/^\d{1,15}$/.test(lastSeq)) {
    throw new RequestError('invalid_message', 'last_seq is a count of events.');
  }
  return { epoch, lastSeq: Number(lastSeq) };
}
