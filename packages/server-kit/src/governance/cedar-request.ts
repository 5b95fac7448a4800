import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import { actionOf, isOperationName, type OperationName } from '@ide-assistant/sdk/protocol';
import { actionGroups } from './action-groups.ts';
import type { PolicyNeeds } from './policy-needs.ts';
import type { PolicyRequest } from './policy-request.ts';
import { principalTypes } from './policy-slices.ts';

/** A request in Cedar's words. */
export interface CedarRequest {
  principal: TypeAndId;
  action: TypeAndId;
  resource: TypeAndId;
  context: Record<string, CedarValueJson>;
  entities: EntityJson[];
}

/** What is known of a request, each value of the type and range that the schema wants. */
export interface RequestFacts {
  kind: 'user' | 'assistant';
  userId: string;
  /** Sorted, each once. */
  roles: readonly string[];
  action: OperationName;
  approved: boolean;
  sessionId: string;
  /** Whether it is asked about a path or about the workspace. */
  resource: 'path' | 'workspace';
  /** Canonical; `''` for the root and where there is none. */
  path: string;
  isDirectory: boolean;
  recursive: boolean;
  /** Sorted, each once. */
  findings: readonly string[];
  riskScore: number | undefined;
  size: number | undefined;
  language: string | undefined;
}

/**
 * Reads a request. Each value is taken by name and its type is checked, which is what the schema
 * would do for Cedar: JSON from a client passed on as it is could hold `{"__entity": …}`, which Cedar
 * turns into a real entity, or a number that Cedar has no type for.
 * @throws TypeError for a value of the wrong type or range, and for a path that is not canonical.
 */
export function readFacts(request: PolicyRequest, approved: boolean): RequestFacts {
  const { principal, action, resource, context } = request;
  if (principal.kind !== 'user' && principal.kind !== 'assistant') {
    throw new TypeError('principal is neither user nor assistant');
  }
  if (!isOperationName(action)) throw new TypeError('action names no operation');
  if (resource.kind !== 'path' && resource.kind !== 'workspace') {
    throw new TypeError('resource is neither path nor workspace');
  }
  return {
    kind: principal.kind,
    userId: text('userId', principal.userId),
    roles: sortedTexts('roles', principal.roles),
    action,
    approved: flag('approved', approved),
    sessionId: text('sessionId', context.sessionId),
    resource: resource.kind,
    path: pathOf(request),
    isDirectory: flag('isDirectory', context.isDirectory ?? false),
    recursive: flag('recursive', context.recursive ?? false),
    findings: sortedTexts('findings', context.findings ?? []),
    riskScore:
      context.riskScore === undefined ? undefined : integer('riskScore', context.riskScore, 100),
    size:
      context.size === undefined
        ? undefined
        : integer('size', context.size, Number.MAX_SAFE_INTEGER),
    language: context.language === undefined ? undefined : text('language', context.language),
  };
}

/** Tells requests apart as far as policies with these needs can: equal keys, equal decisions. */
export function keyOf(facts: RequestFacts, needs: PolicyNeeds): string {
  const { context } = needs;
  const looksAt = (name: string) => context === 'all' || context.has(name);
  const { kind, userId, action, approved, resource, path } = facts;
  // A list in a fixed order; JSON keeps its texts apart, whatever characters they hold.
  return JSON.stringify([
    kind,
    userId,
    action,
    approved,
    resource,
    path,
    facts.isDirectory,
    facts.recursive,
    needs.principal || looksAt('roles') ? facts.roles : 0,
    needs.resource || resource === 'workspace' || looksAt('sessionId') ? facts.sessionId : 0,
    looksAt('findings') ? facts.findings : 0,
    looksAt('riskScore') ? facts.riskScore : 0,
    looksAt('size') ? facts.size : 0,
    looksAt('language') ? facts.language : 0,
  ]);
}

/** Puts a request into Cedar's words, as far as policies with these needs look at it. */
export function toCedarRequest(facts: RequestFacts, needs: PolicyNeeds): CedarRequest {
  const principal = { type: principalTypes[facts.kind], id: facts.userId };
  const action = { type: 'IDE::Action', id: actionOf(facts.action) };
  const workspace = { type: 'IDE::Workspace', id: facts.sessionId };
  const resource = facts.resource === 'path' ? { type: 'IDE::Path', id: facts.path } : workspace;
  const entities: EntityJson[] = [];
  if (needs.principal) {
    const parents = facts.roles.map((id) => ({ type: 'IDE::Role', id }));
    entities.push({ uid: principal, attrs: {}, parents });
  }
  if (needs.action) {
    const parents = [{ type: 'IDE::Action', id: actionGroups[facts.action] }];
    entities.push({ uid: action, attrs: {}, parents });
  }
  if (needs.resource && resource !== workspace) {
    entities.push({ uid: resource, attrs: {}, parents: [workspace] });
  }
  return { principal, action, resource, context: contextOf(facts, needs), entities };
}

function contextOf(
  facts: RequestFacts,
  { context: names }: PolicyNeeds,
): Record<string, CedarValueJson> {
  const pathLower = foldPath(facts.path);
  const segmentsLower = pathLower.split('/').filter((segment) => segment !== '');
  const nameLower = segmentsLower.at(-1) ?? '';
  const all: Record<string, CedarValueJson | undefined> = {
    approved: facts.approved,
    byAssistant: facts.kind === 'assistant',
    roles: [...facts.roles],
    sessionId: facts.sessionId,
    path: facts.path,
    pathLower,
    nameLower,
    extension: extensionOf(nameLower),
    segmentsLower,
    isDirectory: facts.isDirectory,
    recursive: facts.recursive,
    findings: [...facts.findings],
    riskScore: facts.riskScore,
    size: facts.size,
    language: facts.language,
  };
  const context: Record<string, CedarValueJson> = {};
  for (const name of names === 'all' ? Object.keys(all) : names) {
    const value = all[name];
    if (value !== undefined) context[name] = value;
  }
  return context;
}

/**
 * The path as file systems that do not tell all names apart see it: composed, without the characters
 * that HFS+ and ext4's case folding skip, upper case then lower, which brings `ſ` and `s` together,
 * and without the dots and blanks that Windows drops at the end of a name.
 */
function foldPath(path: string): string {
  return path
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .split('/')
    .map(withoutTail)
    .join('/');
}

/** A name of nothing else stays as it is, or the path would be another one. */
function withoutTail(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.' || name[end - 1] === ' ') end -= 1;
  return end === 0 ? name : name.slice(0, end);
}

/** What stands behind the last dot, unless that dot begins the name, as in `.env`. */
function extensionOf(name: string): string {
  return name.slice(Math.max(0, name.lastIndexOf('.')) || name.length).slice(1);
}

function pathOf({ resource, context }: PolicyRequest): string {
  const path = resource.kind === 'path' ? canonicalPath(resource.path) : undefined;
  const about = context.path === undefined ? undefined : canonicalPath(context.path);
  // Policies see one path; deciding about one of two would leave the other unchecked.
  if (path !== undefined && about !== undefined && path !== about) {
    throw new TypeError('resource and context name different paths');
  }
  return path ?? about ?? '';
}

/** `like "*"` in Cedar crosses `/`, so `src/../.git/config` would pass for a path below `src`. */
function canonicalPath(value: unknown): string {
  const path = text('path', value);
  if (path === '' || path === '.') return '';
  if (/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) throw new TypeError('path is not canonical');
  return path;
}

function text(name: string, value: unknown): string {
  // A lone surrogate has no UTF-8, so what Cedar compares would not be what the file is called.
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw new TypeError(`${name} is not well-formed text`);
  }
  return value;
}

function sortedTexts(name: string, values: readonly string[]): readonly string[] {
  if (!Array.isArray(values)) throw new TypeError(`${name} is not a list`);
  if (values.length === 0) return [];
  if (values.length === 1) return [text(name, values[0])];
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
