import type { Identity } from '../auth/index.ts';
import type { RequestError } from '../errors.ts';
import type { Parts } from '../parts.ts';
import type { SessionRegistry } from '../session/index.ts';

/** A running kit, as the routes see it. */
export interface RestRunning {
  parts: Parts;
  registry: SessionRegistry;
  connections: number;
}

/** What is answered. A text is sent as it is, all else as JSON. */
export interface Answer {
  status: number;
  body: unknown;
  type?: string;
  cache?: string;
  headers?: Record<string, string>;
}

/** What was asked, beside the path. */
export interface Asked {
  match: RegExpExecArray;
  query: URLSearchParams;
  /** @throws RequestError `invalid_message` when it is no JSON, `too_large`. */
  json(): Promise<unknown>;
}

interface RouteOf<Access extends string, Caller> {
  /** `HEAD` goes with `GET`. */
  method: 'GET' | 'POST';
  pattern: RegExp;
  /** Who may ask: anybody, anybody signed in, or somebody with the role `admin`. */
  access: Access;
  answer: (running: RestRunning, asked: Asked, caller: Caller) => Promise<Answer>;
}

/** One path of the REST side. */
export type Route = RouteOf<'public', null> | RouteOf<'user' | 'admin', Identity>;

/** A usual answer. */
export function ok(body: unknown, options: Pick<Answer, 'type' | 'cache'> = {}): Promise<Answer> {
  return Promise.resolve({ status: 200, body, ...options });
}

/** The body of a refusal. */
export function problem(
  code: RequestError['code'],
  message: string,
  details?: Record<string, unknown>,
): object {
  return { error: { code, message, ...(details === undefined ? {} : { details }) } };
}
