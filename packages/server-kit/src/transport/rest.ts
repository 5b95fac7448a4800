import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerTokenOf } from '../auth/index.ts';
import { RequestError } from '../errors.ts';
import { identify, identityOf, type HostAuthenticate, type IdentifyOptions } from './identify.ts';
import { proveEntry } from '../operations/audit-get.ts';
import { approvalRoutes } from './rest-approvals.ts';
import { readJson } from './rest-body.ts';
import { ok, problem, type Answer, type RestRunning, type Route } from './rest-route.ts';

/** What `GET /healthz` tells. */
export interface Health {
  status: 'starting' | 'ready' | 'draining' | 'failed';
  /** Whether the audit log takes entries; without it nothing acts. */
  audit: boolean;
}

/** What the REST side needs of the kit; `parts` are null until it is ready. */
export interface RestContext {
  /** Mount path, as `/ide`. */
  path: string;
  health: () => Health;
  running: () => RestRunning | null;
  authenticate: HostAuthenticate | undefined;
}

/** A handler as Express, Connect and plain Node servers call it. */
export type NodeHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Serves the REST paths under the mount; other requests go to `next`, or are answered 404. */
export function createRestHandler(context: RestContext): NodeHandler {
  return function ideAssistant(request, response, next) {
    // Express strips the mount from `url` and keeps the whole of it in `originalUrl`.
    const { originalUrl } = request as IncomingMessage & { originalUrl?: string };
    const [asked = '/', query = ''] = (originalUrl ?? request.url ?? '/').split('?', 2);
    if (asked !== context.path && !asked.startsWith(`${context.path}/`)) {
      if (next) next();
      else send(response, { status: 404, body: problem('not_found', 'There is nothing here.') });
      return;
    }
    respond(context, request, asked.slice(context.path.length), query).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, failure(context, error)),
    );
  };
}

const routes: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/status$/,
    access: 'admin',
    answer: ({ registry, connections }) => {
      const active = [...registry.sessions.values()].filter(
        (session) => session.connections.size > 0,
      );
      return ok({
        total_connections: connections,
        active_sessions: active.map(({ id }) => id),
        session_count: registry.sessions.size,
      });
    },
  },
  {
    method: 'GET',
    pattern: /^\/sessions\/([\w-]{1,64})\/connections$/,
    access: 'user',
    answer: ({ registry }, { match: [, id = ''] }, caller) => {
      const session = registry.get(id);
      const mayLook = session?.owner === caller?.userId || caller?.roles.includes('admin');
      if (!session || !mayLook) throw new RequestError('not_found', 'There is no such session.');
      const count = session.connections.size;
      return ok({ session_id: id, connection_count: count, is_active: count > 0 });
    },
  },
  {
    method: 'GET',
    pattern: /^\/jwks\.json$/,
    access: 'public',
    answer: ({ parts }) => ok(parts.audit.publicJwks, { cache: 'public, max-age=300' }),
  },
  {
    method: 'GET',
    pattern: /^\/audit\/checkpoint$/,
    access: 'public',
    answer: ({ parts }) => ok(parts.audit.checkpoint(), { type: 'text/plain; charset=utf-8' }),
  },
  {
    method: 'GET',
    pattern: /^\/audit\/([\w-]{1,128})$/,
    access: 'user',
    answer: async ({ parts }, { match: [, id = ''], query }) => {
      const since = query.get('since');
      if (since !== null && !/^[1-9]\d{0,14}$/.test(since)) {
        throw new RequestError('invalid_message', 'since is the size of a checkpoint, from 1.');
      }
      return ok(await proveEntry(parts.audit, id, since === null ? undefined : Number(since)));
    },
  },
  ...approvalRoutes,
];

async function respond(
  context: RestContext,
  request: IncomingMessage,
  path: string,
  query: string,
): Promise<Answer> {
  if (path === '/healthz') {
    const health = context.health();
    const body = (await isAdmin(context, request)) ? { ...health, ...detailsOf(context) } : health;
    return { status: health.status === 'ready' ? 200 : 503, body };
  }
  const running = context.running();
  if (!running) throw new RequestError('unavailable', 'The server is not ready yet.');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  let allowed: string | null = null;
  for (const route of routes) {
    const match = route.pattern.exec(path);
    if (!match) continue;
    if (route.method !== method) {
      allowed = route.method;
      continue;
    }
    const asked = {
      match,
      query: new URLSearchParams(query),
      json: () => readJson(request),
    };
    if (route.access === 'public') return route.answer(running, asked, null);
    const caller = await identify(askedBy(context, running, request));
    running.parts.usage.takeMessage(caller.userId);
    if (route.access === 'admin' && !caller.roles.includes('admin')) {
      throw new RequestError('forbidden', 'This needs the role admin.');
    }
    return route.answer(running, asked, caller);
  }
  if (allowed !== null) {
    return { status: 405, body: problem('invalid_message', `Only ${allowed} is answered here.`) };
  }
  throw new RequestError('not_found', 'There is nothing here.');
}

function askedBy(
  { authenticate }: RestContext,
  { parts }: RestRunning,
  request: IncomingMessage,
): IdentifyOptions {
  return { parts, authenticate, request, token: () => bearerTokenOf(request.headers) };
}

/**
 * Whether a bearer token shows an admin. A wrong one is no failure here, nor a guess: a probe that sends
 * an old token asks whether the server lives, and must hear that.
 */
async function isAdmin(context: RestContext, request: IncomingMessage): Promise<boolean> {
  const running = context.running();
  if (!running || !/^bearer /i.test(request.headers.authorization ?? '')) return false;
  try {
    return (await identityOf(askedBy(context, running, request))).roles.includes('admin');
  } catch {
    return false;
  }
}

/** What `GET /healthz` tells an admin beside its public answer. */
function detailsOf(context: RestContext): object {
  const parts = context.running()?.parts;
  if (!parts) return {};
  const { driver, isolation, languages, terminal, warnings, fix } = parts.sandbox.capabilities;
  const protections = { ...parts.sandbox.capabilities.protections, paths: parts.confinement };
  return {
    sandbox: {
      ...{ driver, isolation, languages, terminal, protections, warnings },
      ...(fix === undefined ? {} : { fix }),
    },
  };
}

const statusOfError: Partial<Record<RequestError['code'], number>> = {
  invalid_message: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  approval_expired: 410,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  audit_unavailable: 503,
};

function failure(context: RestContext, error: unknown): Answer {
  if (error instanceof RequestError) {
    const { code, message, details, retryAfterMs } = error;
    return {
      status: statusOfError[code] ?? 500,
      body: problem(code, message, details),
      headers: {
        ...(code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
        ...(retryAfterMs === undefined
          ? {}
          : { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
      },
    };
  }
  context.running()?.parts.logger.error({ error }, 'A REST request failed.');
  return { status: 500, body: problem('internal', 'Something went wrong here.') };
}

function send(response: ServerResponse, { status, body, type, cache, headers }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': type ?? 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': cache ?? 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(text);
}
