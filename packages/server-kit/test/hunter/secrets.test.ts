import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHunter, type Hunter } from '../../src/hunter/index.ts';

let hunter: Hunter;
beforeAll(async () => {
  hunter = await createHunter({ timeoutMs: 60_000 });
});
afterAll(() => hunter.close());

const letters = 'aB3dE5gH7jK9mN1pQ2rS4tV6wX8yZ0cF';
const hex = '3f9a1c7e5b2d8064'.repeat(8);
const upper = 'B7XK2QWERTY5ZPLM';
const body = (length: number): string => letters.repeat(8).slice(0, length);

/** Made-up secrets, put together here so that no file holds one. */
const secrets: readonly (readonly [rule: string, parts: readonly string[]])[] = [
  ['aws-access-key', ['AK', 'IA', upper]],
  ['github-token', ['gh', 'p_', body(36)]],
  ['github-token', ['github', '_pat_', body(60)]],
  ['gitlab-token', ['gl', 'pat-', body(20)]],
  ['slack-token', ['xo', 'xb-', '123456789012-123456789012-', body(24)]],
  ['slack-webhook', ['https://hooks.slack', '.com/services/', 'T0AB1CD2E/B0AB1CD2E/', body(24)]],
  ['stripe-key', ['sk_', 'live_', body(24)]],
  ['google-api-key', ['AI', 'za', body(35)]],
  ['openai-key', ['sk-', body(20), 'T3Blbk', 'FJ', body(20)]],
  ['anthropic-key', ['sk-', 'ant-', 'api03-', body(93), 'AA']],
  ['npm-token', ['np', 'm_', body(36)]],
  ['sendgrid-key', ['S', 'G.', body(22), '.', body(43)]],
  ['shopify-token', ['shp', 'at_', hex.slice(0, 32)]],
  ['digitalocean-token', ['dop', '_v1_', hex.slice(0, 64)]],
  ['json-web-token', ['ey', 'J', body(30), '.ey', 'J', body(30), '.', body(40)]],
  [
    'private-key',
    ['-----BEGIN RSA ', 'PRIVATE KEY-----\n', body(128), '\n-----END RSA ', 'PRIVATE KEY-----'],
  ],
  ['database-url', ['postgres', '://ada:', 'h7k2mmq9', '@db.internal:5432/app']],
  ['basic-auth-url', ['https', '://deploy:', 'h7k2mmq9', '@files.internal/x']],
];

describe.each(secrets.map(([rule, parts]) => ({ rule: `secret-${rule}`, secret: parts.join('') })))(
  '$rule',
  ({ rule, secret }) => {
    test.each(['plaintext', 'python', 'typescript', 'yaml'])('is found in %s', async (language) => {
      const content = language === 'plaintext' ? `note: ${secret} end` : `value = """${secret}"""`;
      const report = await hunter.scan({ content, language });
      expect(report.alerts.map((alert) => alert.rule)).toContain(rule);
    });

    test('is marked from its first to its last character', async () => {
      const report = await hunter.scan({
        content: `first line\n  ${secret}`,
        language: 'plaintext',
      });
      const alert = report.alerts.find((one) => one.rule === rule);
      expect(alert).toMatchObject({ line: 2, column: 3, cwe: 'CWE-798', fixable: false });
    });
  },
);

test.each([
  ['a placeholder', `password: ${'<your password here>'}`],
  ['a template', 'url: postgres://${USER}:${PASSWORD}@db/app'],
  ['the documentation key of AWS', ['AK', 'IA', 'IOSFODNN7EXAMPLE'].join('')],
  ['a token that is too short', ['gh', 'p_', body(20)].join('')],
  ['a token within a longer word', ['x', 'gh', 'p_', body(36)].join('')],
  ['a URL without a password', 'https://ada@files.internal/x'],
  ['a password like the user', ['postgres://postgres:', 'postgres@localhost/app'].join('')],
  ['a hash of a commit', `commit ${hex.slice(0, 40)}`],
])('takes %s for no secret', async (_, content) => {
  expect((await hunter.scan({ content, language: 'plaintext' })).alerts).toEqual([]);
});

test('judges values by their names where the language is not analysed', async () => {
  const content = `DB_PASSWORD=${['h7k2', 'mmq9', 'xx31', 'pq88'].join('')}\nDB_HOST=localhost\n`;
  const { alerts } = await hunter.scan({ content, path: '.env' });
  expect(alerts).toMatchObject([{ rule: 'secret-assignment', line: 1, severity: 'medium' }]);
});

test('names a token of a known format once, and not as a hard-coded credential too', async () => {
  const content = `api_token = "${['gh', 'p_', body(36)].join('')}"`;
  const { alerts } = await hunter.scan({ content, language: 'python' });
  expect(alerts.map((alert) => alert.rule)).toEqual(['secret-github-token']);
});

test('finds marks that turn the direction of writing', async () => {
  const content = 'if (level != "user\u202E \u2066// admin\u2069") {}\n';
  const { alerts } = await hunter.scan({ content, language: 'javascript' });
  expect(alerts).toMatchObject([{ rule: 'bidirectional-text', line: 1, cwe: 'CWE-1007' }]);
});
