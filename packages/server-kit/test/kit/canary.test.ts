import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { play, type Remains } from './canary/play.ts';
import { textsIn, tracesOf } from './canary/traces.ts';

/** Where what users write may be, beside their own screens; a token may be nowhere. */
const allowed = {
  columns: [
    // The stored request, which is what runs once it is approved, and its preview.
    'approvals.preview',
    'approvals.request',
    'messages.content',
    // Replies, as what a program printed, for a client that asks again.
    'outcomes.reply',
    'proposals.diff',
  ],
  files: [
    'store/quarantine/q_…',
    'store/store.sqlite',
    'workspaces/mine/looked-at.txt',
    'workspaces/mine/settings.exe',
    'workspaces/mine/settings.py',
  ],
  // Neither `error` nor `blocked`, nor what tells of a change without showing it.
  messages: [
    ...['ai_delta', 'ai_response', 'approval_required', 'approvals', 'chat_messages', 'diff'],
    ...['execution_complete', 'execution_output', 'execution_result', 'execution_start'],
    ...['file_opened', 'terminal_output', 'terminal_result'],
  ],
};

/** Names of the places that hold a trace, each once. */
function holding(traces: readonly string[], places: Iterable<readonly [string, string]>): string[] {
  const found = [...places].filter(([, text]) => traces.some((trace) => text.includes(trace)));
  return [...new Set(found.map(([place]) => place))].toSorted();
}

function filesOf({ files }: Remains): [string, string][] {
  return [...files].map(([path, text]) => [path.replace(/q_[\w-]+$/, 'q_…'), text]);
}

function messagesOf({ messages }: Remains): [string, string][] {
  return messages.map((message) => [message.type, JSON.stringify(message)]);
}

/** What operators, hosts and strangers see, and what programs inherit. */
function outsideOf({ logged, closed, http, environments, told }: Remains): [string, string][] {
  const texts = { logged, closed, http: http.map(({ text }) => text), environments, told };
  return Object.entries(texts).flatMap(([place, all]) =>
    all.map((text): [string, string] => [place, text]),
  );
}

/** A search proves nothing of a door that nobody went through. */
function expectEveryDoorUsed(remains: Remains): void {
  const errors = remains.messages.filter(({ type }) => type === 'error');
  const codes = [
    ...['already_exists', 'approval_denied', 'assistant_unavailable', 'conflict', 'forbidden'],
    ...['internal', 'invalid_message', 'not_found', 'path_outside_workspace', 'too_large'],
    ...['unauthenticated', 'unsupported_language'],
  ];
  expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(codes));
  const types = new Set(remains.messages.map(({ type }) => type));
  for (const type of ['blocked', 'token_refreshed', 'file_quarantined', 'security_scan_result']) {
    expect(types).toContain(type);
  }
  const statuses = new Set(remains.http.map(({ status }) => status));
  expect(statuses).toEqual(new Set([200, 401, 403, 404, 405]));
  const closes = new Set(remains.closed.map((text) => text.slice(0, 4)));
  expect(closes).toEqual(new Set(['4401', '4400', '1012']));
  expect(remains.logged).toEqual(
    expect.arrayContaining(['A request failed.', 'The assistant failed.', 'no space']),
  );
  expect(remains.environments).toHaveLength(2);
  for (const text of remains.environments) expect(text).toContain('HOME=/workspace');
  expect(remains.files.get('audit/log.jsonl')?.split('\n').length).toBeGreaterThan(50);
}

test('a token is nowhere after a session, and what a user writes only where he put it', async () => {
  const secret = randomBytes(18).toString('hex');
  const remains = await play(secret);
  expectEveryDoorUsed(remains);

  const tokens = remains.tokens.flatMap(tracesOf);
  expect(tokens.length).toBeGreaterThan(200);
  expect(holding(tokens, outsideOf(remains))).toEqual([]);
  expect(holding(tokens, messagesOf(remains))).toEqual([]);
  expect(holding(tokens, filesOf(remains))).toEqual([]);
  expect(holding(tokens, remains.columns)).toEqual([]);

  const secrets = tracesOf(secret);
  expect(holding(secrets, outsideOf(remains))).toEqual([]);
  expect(holding(secrets, messagesOf(remains))).toEqual(allowed.messages);
  expect(holding(secrets, filesOf(remains))).toEqual(allowed.files);
  expect(holding(secrets, remains.columns)).toEqual(allowed.columns);
});

test.each<[string, (text: string) => unknown]>([
  ['the cause of a cause', (text) => new Error('a', { cause: new Error('b', { cause: text }) })],
  ['a hidden field', (text) => Object.defineProperty({}, 'hidden', { value: { text } })],
  ['a key', (text) => new Map([[{ [text]: 1 }, 2]])],
  ['bytes', (text) => [Buffer.from(`before ${text} after`)]],
  ['hex', (text) => Buffer.from(text).toString('hex')],
  ['base64', (text) => Buffer.from(`{"a":"${text}"}`).toString('base64')],
  ['base64 after one byte more', (text) => Buffer.from(`{"ab":"${text}"}`).toString('base64')],
  ['base64url after two', (text) => Buffer.from(`{"abc":"${text}"}`).toString('base64url')],
])('the search finds a text in %s', (place, hide) => {
  // Its base64 has both digits in which the alphabets differ.
  const text = '~?>~?> a secret ~?>~?>';
  const places = textsIn(hide(text)).map((found): [string, string] => [place, found]);
  expect(holding(tracesOf(text), places)).toEqual([place]);
  expect(holding(tracesOf('another secret'), places)).toEqual([]);
});
