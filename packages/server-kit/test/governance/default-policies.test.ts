import { isOperationName } from '@ide-assistant/sdk/protocol';
import { beforeAll, describe, expect, test } from 'vitest';
import { actionGroups, createPolicyEngine, type PolicyEngine } from '../../src/governance/index.ts';
import { ask } from './requests.ts';

let engine: PolicyEngine;
beforeAll(async () => {
  engine = await createPolicyEngine();
});

const operations = Object.keys(actionGroups).filter(isOperationName);

test.each(operations)(
  '%s is blocked without asking anybody where no policy permits it, whatever else would be reviewed',
  (name) => {
    const decision = engine.decide(
      ask(name, { roles: [], kind: 'assistant', isDirectory: true, path: '.github/workflows' }),
    );
    expect(decision.effect).not.toBe('review');
  },
);

test('a user without a permit is told so, by no policy', () => {
  expect(engine.decide(ask('file_save', { roles: ['viewer'], path: 'a.ts' }))).toMatchObject({
    effect: 'block',
    code: 'NO_PERMIT',
    policies: [],
  });
});

describe('inside .git', () => {
  const inside = ['.git', '.git/config', '.git/hooks/pre-commit', 'lib/.git/HEAD', 'lib/.git'];
  const disguised = ['.GIT/config', 'lib/.Git/x', '.g\u200cit/config', '.g\u0131t/config'];
  // On Windows all of these are `.git`; the last by the short name that it usually has.
  disguised.push('.git./hooks/x', 'lib/.git /x', '.git . ./x', 'GIT~1/hooks/x');
  const writes = operations.filter((name) => actionGroups[name] === 'write');

  test.each([...inside, ...disguised])('%j is not written, by any role or approval', (path) => {
    for (const name of writes) {
      for (const kind of ['user', 'assistant'] as const) {
        const request = ask(name, { path, kind, roles: ['admin'], isDirectory: true });
        for (const approved of [false, true]) {
          expect(engine.decide(request, { approved })).toMatchObject({
            effect: 'block',
            code: 'GIT_INTERNALS',
          });
        }
      }
    }
  });

  test('may be read', () => {
    expect(engine.decide(ask('file_open', { path: '.git/config' })).effect).toBe('allow');
  });

  test.each(['.gitignore', '.github/CODEOWNERS', 'src/my.git/a', 'digit/x', 'a.git'])(
    '%s is not meant',
    (path) => {
      expect(engine.decide(ask('file_save', { path })).effect).toBe('allow');
    },
  );
});

describe('code that the scan rates', () => {
  test.each([
    [0, 'allow'],
    [89, 'allow'],
    [90, 'block'],
    [100, 'block'],
  ])('%i of 100 is met with %s', (riskScore, effect) => {
    for (const path of [undefined, 'src/run.py']) {
      const asked = { riskScore, ...(path === undefined ? {} : { path }) };
      for (const name of ['code_execute', 'terminal_command'] as const) {
        expect(engine.decide(ask(name, asked)).effect).toBe(effect);
      }
    }
  });

  test('stays blocked when a person approves it, and no person is asked', () => {
    const request = ask('code_execute', { kind: 'assistant', riskScore: 95 });
    expect(engine.decide(request)).toMatchObject({ effect: 'block', code: 'RISK_CRITICAL' });
    expect(engine.decide(request, { approved: true }).effect).toBe('block');
  });

  test('may be saved and scanned all the same', () => {
    for (const name of ['file_save', 'security_scan'] as const) {
      expect(engine.decide(ask(name, { path: 'a.py', riskScore: 100 })).effect).toBe('allow');
    }
  });
});

describe('files that hold credentials', () => {
  const credentials = [
    '.env',
    'app/.env',
    'app/.ENV',
    '.env.local',
    'deploy/prod.env',
    'server.pem',
    'certs/Server.KEY',
    'id_rsa',
    'keys/id_ed25519',
    '.ssh/known_hosts',
    '.ssh',
    'home/.aws/credentials',
    'aws/credentials',
    '.npmrc',
    '.git-credentials',
    '.en\u200bv',
  ];

  test.each(credentials)('%j is closed to the assistant for every operation', (path) => {
    for (const name of operations) {
      for (const approved of [false, true]) {
        const request = ask(name, { path, kind: 'assistant', roles: ['admin'] });
        expect(engine.decide(request, { approved }).effect).toBe('block');
      }
    }
    expect(engine.decide(ask('file_open', { path, kind: 'assistant' }))).toMatchObject({
      code: 'CREDENTIAL_FILE',
    });
  });

  test.each(credentials)('%j is open to a developer', (path) => {
    expect(engine.decide(ask('file_open', { path })).effect).toBe('allow');
    expect(engine.decide(ask('file_save', { path })).effect).toBe('allow');
  });

  test.each(['.env.example', 'app/.env.sample', 'grid_rsa.ts', 'id_rsa.pub', 'src/environment.ts'])(
    '%s is open to the assistant',
    (path) => {
      expect(engine.decide(ask('file_open', { path, kind: 'assistant' })).effect).toBe('allow');
    },
  );
});

test('the assistant types into no terminal, whoever has approved it', () => {
  const typing = ['terminal_open', 'terminal_input', 'terminal_resize', 'terminal_close'] as const;
  for (const name of typing) {
    for (const approved of [false, true]) {
      const request = ask(name, { kind: 'assistant', roles: ['admin'] });
      expect(engine.decide(request, { approved }).effect).toBe('block');
    }
  }
  expect(engine.decide(ask('terminal_input', { kind: 'assistant' }))).toMatchObject({
    code: 'ASSISTANT_TYPES',
  });
});

describe('reviews', () => {
  const ownTerms = {
    effect: 'review',
    approvers: ['developer', 'editor', 'admin'],
    fourEyes: false,
    grantable: false,
    ttlMs: 300_000,
  };

  test('deleting a directory waits for a person, who may be the requester', () => {
    for (const roles of [['developer'], ['admin']]) {
      const request = ask('file_delete', { path: 'src', isDirectory: true, roles });
      expect(engine.decide(request)).toEqual({
        ...ownTerms,
        policies: ['directory-delete'],
        code: 'DIRECTORY_DELETE',
        reasons: ['Deleting a directory removes all that is in it'],
      });
      expect(engine.decide(request, { approved: true }).effect).toBe('allow');
    }
  });

  test('deleting a file does not wait, also with `recursive`', () => {
    const request = ask('file_delete', { path: 'a.ts', recursive: true });
    expect(engine.decide(request).effect).toBe('allow');
  });

  test('code that the assistant wants to run waits for a person', () => {
    for (const name of ['code_execute', 'terminal_command'] as const) {
      const request = ask(name, { kind: 'assistant', language: 'python' });
      expect(engine.decide(request)).toMatchObject({
        ...ownTerms,
        grantable: true,
        code: 'ASSISTANT_RUNS',
      });
      expect(engine.decide(request, { approved: true }).effect).toBe('allow');
    }
  });

  test('a directory that the assistant deletes gives one review with both reasons', () => {
    const decision = engine.decide(
      ask('file_delete', { kind: 'assistant', path: 'src', isDirectory: true }),
    );
    expect(decision).toMatchObject({
      ...ownTerms,
      policies: ['directory-delete', 'assistant-deletes'],
      code: 'DIRECTORY_DELETE',
    });
    expect(decision).toHaveProperty('reasons.length', 2);
  });

  const buildFiles = [
    '.github/workflows/ci.yml',
    'app/.github/workflows/ci.yml',
    '.GitHub/Workflows/ci.yml',
    '.github/workflows',
    '.github',
    '.github/actions/setup/action.yml',
    '.gitlab-ci.yml',
    '.circleci/config.yml',
    'Jenkinsfile',
    'azure-pipelines.yml',
  ];

  test.each(buildFiles)('%s is written after an admin other than the writer approves', (path) => {
    for (const name of ['file_save', 'file_create', 'file_rename', 'diff_apply'] as const) {
      for (const asked of [{}, { roles: ['admin'] }, { kind: 'assistant' as const }]) {
        const request = ask(name, { path, ...asked });
        expect(engine.decide(request)).toMatchObject({
          effect: 'review',
          code: 'CI_CONFIG',
          approvers: ['admin'],
          fourEyes: true,
          ttlMs: 3_600_000,
        });
        expect(engine.decide(request, { approved: true }).effect).toBe('allow');
      }
    }
  });

  test.each(['.github/ISSUE_TEMPLATE.md', 'src/workflows/a.ts', 'docs/jenkinsfile.md'])(
    '%s is not meant',
    (path) => {
      expect(engine.decide(ask('file_save', { path })).effect).toBe('allow');
    },
  );

  test('deleting the build directory joins both reviews: admins only, four eyes, shorter wait', () => {
    const request = ask('file_delete', { path: '.github', isDirectory: true });
    expect(engine.decide(request)).toMatchObject({
      effect: 'review',
      policies: ['directory-delete', 'ci-config'],
      approvers: ['admin'],
      fourEyes: true,
      ttlMs: 300_000,
    });
  });
});
