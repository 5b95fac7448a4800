import { describe, expect, test } from 'vitest';
import { loadCedar } from '../../src/governance/cedar.ts';
import { needsOf } from '../../src/governance/policy-needs.ts';

const cedar = await loadCedar();

function needs(head: string, conditions = '') {
  const answer = cedar.policyToJson(`permit (${head}) ${conditions};`);
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
  const { context, ...entities } = needsOf(answer.json);
  return {
    entities: Object.entries(entities).flatMap(([name, is]) => (is ? [name] : [])),
    context: context === 'all' ? 'all' : [...context].sort(),
  };
}

const any = 'principal, action, resource';

describe('a policy needs', () => {
  test.each([
    ['nothing where it names nothing', any, '', [], []],
    [
      'nothing where types and ids are enough',
      'principal is IDE::User, action == IDE::Action::"ide_ping", resource == IDE::Path::"a"',
      '',
      [],
      [],
    ],
    [
      'roles, groups and workspaces where its head asks for them',
      'principal in IDE::Role::"a", action in [IDE::Action::"read"], resource is IDE::Path in IDE::Workspace::"w"',
      '',
      ['principal', 'action', 'resource'],
      [],
    ],
    [
      'the facts that its conditions name, however deep',
      any,
      'when { if context has size then [context.path, "b"].contains("a") || !(context["language"] like "*") else {a: -context.riskScore}.a == 1 } unless { context has findings.x }',
      [],
      ['findings', 'language', 'path', 'riskScore', 'size'],
    ],
    [
      'who asks, where its conditions look at them',
      any,
      'when { principal in IDE::Role::"a" && action in IDE::Action::"read" } unless { resource in IDE::Workspace::"w" }',
      ['principal', 'action', 'resource'],
      [],
    ],
    [
      'who asks, where its conditions name somebody who may be that',
      any,
      'when { IDE::User::"ada" in IDE::Role::"a" || IDE::Path::"a" in IDE::Workspace::"w" }',
      ['principal', 'resource'],
      [],
    ],
    [
      'all facts where it takes them as a whole',
      any,
      'when { {x: context}.x.approved }',
      [],
      'all',
    ],
    [
      'all that hides behind names that Cedar uses itself',
      any,
      'when { {"Var": context.size, "__entity": principal, ".": resource, "Value": context.path, "has": action} == {} }',
      ['principal', 'action', 'resource'],
      ['path', 'size'],
    ],
  ])('%s', (_what, head, conditions, entities, context) => {
    expect(needs(head, conditions)).toEqual({ entities, context });
  });
});
