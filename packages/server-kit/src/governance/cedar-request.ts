import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { actionOf, isOperationName } from '@ide-assistant/sdk/protocol';
import type { PolicyContext, PolicyRequest } from './policy-request.ts';

/** A request in Cedar's words. Built in one fixed order, so equal requests give equal JSON. */
export interface CedarRequest {
  principal: TypeAndId;
  action: TypeAndId;
  resource: TypeAndId;
  context: Record<string, CedarValueJson>;
  entities: EntityJson[];
}

/**
 * Puts a request into Cedar's words. Each value is copied by name and its type is checked: JSON
 * from a client passed on as it is could hold `{"__entity": …}`, which Cedar turns into a real
 * entity, or a number that Cedar has no type for.
 * @throws TypeError for a value of the wrong type or range, and for a path that is not canonical.
 */
export function toCedarRequest(request: PolicyRequest, approved: boolean): CedarRequest {
  const principal = principalOf(request);
  const { path, resource } = resourceOf(request);
  if (!isOperationName(request.action)) throw new TypeError('action names no operation');
  return {
    principal,
    action: { type: 'IDE::Action', id: actionOf(request.action) },
    resource,
    context: contextOf(request.context, path, approved),
    entities: [
      {
        uid: principal,
        attrs: {},
        parents: sortedTexts('roles', request.principal.roles).map((id) => ({
          type: 'IDE::Role',
          id,
        })),
      },
    ],
  };
}

function principalOf({ principal: { kind, userId } }: PolicyRequest): TypeAndId {
  const types = { user: 'IDE::User', assistant: 'IDE::Assistant' };
  if (!Object.hasOwn(types, kind)) throw new TypeError('principal is neither user nor assistant');
  return { type: types[kind], id: text('userId', userId) };
}

function resourceOf({ resource, context }: PolicyRequest): { path: string; resource: TypeAndId } {
  const path = resource.kind === 'path' ? canonicalPath(resource.path) : undefined;
  const about = context.path === undefined ? undefined : canonicalPath(context.path);
  // Policies see one path; deciding about one of two would leave the other unchecked.
  if (path !== undefined && about !== undefined && path !== about) {
    throw new TypeError('resource and context name different paths');
  }
  return {
    path: path ?? about ?? '',
    resource:
      path === undefined
        ? { type: 'IDE::Workspace', id: 'workspace' }
        : { type: 'IDE::Path', id: path },
  };
}

function contextOf(
  context: PolicyContext,
  path: string,
  approved: boolean,
): Record<string, CedarValueJson> {
  const pathLower = foldPath(path);
  const segmentsLower = pathLower.split('/').filter((segment) => segment !== '');
  return {
    approved,
    sessionId: text('sessionId', context.sessionId),
    path,
    pathLower,
    nameLower: segmentsLower.at(-1) ?? '',
    segmentsLower,
    isDirectory: flag('isDirectory', context.isDirectory ?? false),
    recursive: flag('recursive', context.recursive ?? false),
    findings: sortedTexts('findings', context.findings ?? []),
    ...(context.riskScore === undefined
      ? {}
      : { riskScore: integer('riskScore', context.riskScore, 100) }),
    ...(context.size === undefined
      ? {}
      : { size: integer('size', context.size, Number.MAX_SAFE_INTEGER) }),
    ...(context.language === undefined ? {} : { language: text('language', context.language) }),
  };
}

/**
 * The path as a file system that ignores case sees it: composed, without the characters that HFS+
 * and ext4's case folding skip, upper case then lower, which brings `ſ` and `s` together.
 */
function foldPath(path: string): string {
  return path
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase();
}

/** `like "*"` in Cedar crosses `/`, so `src/../.git/config` would pass for a path below `src`. */
function canonicalPath(value: unknown): string {
  const path = text('path', value);
  if (path === '' || path === '.') return '';
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new TypeError('path is not canonical');
  }
  return path;
}

function text(name: string, value: unknown): string {
  // A lone surrogate has no UTF-8, so what Cedar compares would not be what the file is called.
  if (typeof value !== 'string' || /\p{Cs}/u.test(value)) {
    throw new TypeError(`${name} is not well-formed text`);
  }
  return value;
}

function sortedTexts(name: string, values: readonly string[]): string[] {
  if (!Array.isArray(values)) throw new TypeError(`${name} is not a list`);
  return [...new Set(values.map((value) => text(name, value)))].sort();
}

function flag(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new TypeError(`${name} is not a boolean`);
  return value;
}

function integer(name: string, value: unknown, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max) {
    throw new TypeError(`${name} is not an integer from 0 to ${max}`);
  }
  return value;
}
