import { contract, isOperationName } from '@ide-assistant/sdk/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  actionGroups,
  createPolicyEngine,
  defaultPolicies,
  type PolicyEngine,
} from '../../src/governance/index.ts';
import { ask, type Asked } from './requests.ts';

/**
 * What the default policies say to each operation on an ordinary file, by role: `yes` is done, `ask`
 * waits for a person, `no` is refused. The assistant acts for a person of that role. The owner is one
 * with the role viewer whose session it is; the watcher, a developer who was let in to look on. An
 * operation that is added to the contract must be judged here.
 */
const table = `
                    a person who is                                           the assistant for a person who is
operation           none viewer developer editor admin unknown owner watcher  none viewer developer editor admin unknown owner watcher
approval_list       yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
approval_resolve    no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
audit_get           yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
auto_fix            no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
auto_quarantine     no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
cancel              yes  yes    yes       yes    yes   yes     yes   yes      no   no     no        no     no    no      no    no
chat                no   yes    yes       yes    yes   no      yes   yes      no   yes    yes       yes    yes   no      yes   yes
chat_history        yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
code_execute        no   no     yes       yes    yes   no      no    no       no   no     ask       ask    ask   no      no    no
diff_apply          no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
diff_reject         no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
directory_list      yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
file_create         no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
file_delete         no   no     yes       yes    yes   no      no    no       no   no     ask       ask    ask   no      no    no
file_open           yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
file_rename         no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
file_save           no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
grant_revoke        no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
member_add          no   no     no        no     yes   no      yes   no       no   no     no        no     no    no      no    no
member_list         yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
member_remove       no   no     no        no     yes   no      yes   no       no   no     no        no     no    no      no    no
ping                yes  yes    yes       yes    yes   yes     yes   yes      no   no     no        no     no    no      no    no
quarantine_list     yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
quarantine_restore  no   no     yes       yes    yes   no      no    no       no   no     yes       yes    yes   no      no    no
security_scan       yes  yes    yes       yes    yes   yes     yes   yes      yes  yes    yes       yes    yes   yes     yes   yes
subscribe           yes  yes    yes       yes    yes   yes     yes   yes      no   no     no        no     no    no      no    no
terminal_close      no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
terminal_command    no   no     yes       yes    yes   no      no    no       no   no     ask       ask    ask   no      no    no
terminal_input      no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
terminal_open       no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
terminal_resize     no   no     yes       yes    yes   no      no    no       no   no     no        no     no    no      no    no
token_refresh       yes  yes    yes       yes    yes   yes     yes   yes      no   no     no        no     no    no      no    no
unsubscribe         yes  yes    yes       yes    yes   yes     yes   yes      no   no     no        no     no    no      no    no
`;

const roles = {
  none: [[]],
  viewer: [['viewer']],
  developer: [['developer'], ['viewer', 'developer']],
  editor: [['editor']],
  admin: [['admin']],
  unknown: [['guest'], ['Admin', 'admin ']],
  owner: [['viewer', 'session:owner']],
  watcher: [['developer', 'session:viewer']],
};
const words = { allow: 'yes', review: 'ask', block: 'no' } as const;

const rows = table
  .trim()
  .split('\n')
  .slice(2)
  .map((line) => line.split(/ +/));

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await createPolicyEngine();
});

test('every operation of the contract is judged, and belongs to one group', () => {
  const names = Object.keys(contract).sort();
  expect(rows.map(([name]) => name)).toEqual(names);
  expect(Object.keys(actionGroups).sort()).toEqual(names);
});

describe.each(rows)('%s', (...row) => {
  const [name = '', ...judged] = row;
  const columns = (['user', 'assistant'] as const).flatMap((kind) =>
    Object.entries(roles).map(([role, held]) => ({ kind, role, held })),
  );

  test('is met as the table says', () => {
    if (!isOperationName(name)) throw new Error(`${name} is not an operation.`);
    const found = columns.map(({ kind, held }) => {
      const answers = held.flatMap((some) =>
        [undefined, 'src/main.ts'].map((path) => {
          const asked: Asked = { kind, roles: some, ...(path === undefined ? {} : { path }) };
          return words[engine.decide(ask(name, asked)).effect];
        }),
      );
      return [...new Set(answers)].join(' or ');
    });
    expect(found).toEqual(judged);
  });

  test('is given to the assistant only where its person has it', () => {
    const half = judged.length / 2;
    const delegated = judged.slice(half);
    const own = judged.slice(0, half);
    expect(delegated.filter((word, index) => word !== 'no' && own[index] !== 'yes')).toEqual([]);
  });
});

/** For each default policy: a request that it decides, before and after a person approves it. */
const byPolicy: Record<string, { request: [string, Asked]; before: string; after: string }> = {
  'everyone-reads': { request: ['file_open', { roles: [] }], before: 'yes', after: 'yes' },
  'everyone-keeps-own-connection': {
    request: ['ping', { roles: [] }],
    before: 'yes',
    after: 'yes',
  },
  'viewers-chat': { request: ['chat', { roles: ['viewer'] }], before: 'yes', after: 'yes' },
  'developers-work': { request: ['file_save', { path: 'a.ts' }], before: 'yes', after: 'yes' },
  'owners-share': {
    request: ['member_add', { roles: ['session:owner'] }],
    before: 'yes',
    after: 'yes',
  },
  'only-owners-share': { request: ['member_add', {}], before: 'no', after: 'no' },
  'session-viewers-look-on': {
    request: ['file_save', { path: 'a', roles: ['developer', 'session:viewer'] }],
    before: 'no',
    after: 'no',
  },
  'git-internals': { request: ['file_save', { path: '.git/config' }], before: 'no', after: 'no' },
  'critical-risk': { request: ['code_execute', { riskScore: 90 }], before: 'no', after: 'no' },
  'assistant-credentials': {
    request: ['file_open', { kind: 'assistant', path: '.env' }],
    before: 'no',
    after: 'no',
  },
  'assistant-manages': {
    request: ['approval_resolve', { kind: 'assistant' }],
    before: 'no',
    after: 'no',
  },
  'assistant-types': {
    request: ['terminal_input', { kind: 'assistant' }],
    before: 'no',
    after: 'no',
  },
  'directory-delete': {
    request: ['file_delete', { path: 'src', isDirectory: true }],
    before: 'ask',
    after: 'yes',
  },
  'assistant-runs': {
    request: ['code_execute', { kind: 'assistant' }],
    before: 'ask',
    after: 'yes',
  },
  'assistant-deletes': {
    request: ['file_delete', { kind: 'assistant', path: 'a.ts' }],
    before: 'ask',
    after: 'yes',
  },
  'ci-config': {
    request: ['file_save', { path: '.github/workflows/ci.yml' }],
    before: 'ask',
    after: 'yes',
  },
};

describe('each default policy', () => {
  test('has a request here that it decides', () => {
    const ids = [...defaultPolicies.matchAll(/@id\("([^"]+)"\)/g)].map(([, id]) => id);
    expect(Object.keys(byPolicy)).toEqual(ids);
  });

  test.each(Object.entries(byPolicy))('%s', (id, { request: [name, asked], before, after }) => {
    if (!isOperationName(name)) throw new Error(`${name} is not an operation.`);
    const request = ask(name, asked);
    const decision = engine.decide(request);
    expect(decision.policies).toContain(id);
    expect(words[decision.effect]).toBe(before);
    expect(words[engine.decide(request, { approved: true }).effect]).toBe(after);
  });

  test('has a word for the person who asked', () => {
    for (const id of Object.keys(byPolicy)) {
      expect(engine.policies.get(id)?.reason).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});
