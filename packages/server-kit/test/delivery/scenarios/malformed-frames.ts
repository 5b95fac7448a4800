import type { RawFrame } from '../faults/raw-frames.ts';

const id = 'a request id';
const nested = (open: string, close: string, depth: number, inner = '') =>
  open.repeat(depth) + inner + close.repeat(depth);

/** A request whose fields stand as they are written, which JSON.stringify would not do for all of them. */
const raw = (type: string, fields: string) =>
  `{"type":"${type}","request_id":"${id}"${fields ? `,${fields}` : ''}}`;
const request = (type: string, fields: object = {}, requestId: unknown = id) =>
  JSON.stringify({ type, request_id: requestId, ...fields });

const noJson = [
  '',
  ' ',
  '\n',
  '\u0000',
  '\ufeff{"type":"ping"}',
  '{',
  '}',
  '{"type":"ping"',
  '{"type":"ping",}',
  "{'type':'ping'}",
  '{type:"ping"}',
  '{"type":"ping"}{"type":"ping"}',
  '{"type":"ping"}\u0000',
  '{"type":"pi\u0007ng"}',
  '{"type":"\\x41"}',
  '{"type":"\\ud8"}',
  '{"type":undefined}',
  '// ping',
  'NaN',
  '0x10',
  '01',
  'ping',
  'GET / HTTP/1.1\r\n\r\n',
  '<type>ping</type>',
  '['.repeat(60_000),
  '{"a":'.repeat(12_000),
  'x'.repeat(60_000),
];

const noObject = [
  'null',
  'true',
  '0',
  '-0',
  '1e999',
  '"ping"',
  '[]',
  '["ping"]',
  '[{"type":"ping"}]',
  nested('[', ']', 30_000),
];

const noType = [
  '{}',
  '{"request_id":"q"}',
  '{"TYPE":"ping"}',
  '{"type":null}',
  '{"type":0}',
  '{"type":true}',
  '{"type":[]}',
  '{"type":["ping"]}',
  '{"type":{}}',
  '{"__proto__":{"type":"ping"}}',
  '{"constructor":{"prototype":{"type":"ping"}}}',
  nested('{"a":', '}', 10_000, '1'),
  `{"type":${nested('[', ']', 30_000)}}`,
];

const unknownTypes = [
  ...['', ' ', 'nope', 'PING', 'ping ', 'file-save', 'file_save\n', 'ide_file_save', '0'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'default'],
  // What only a server says, and what this version of it does not speak.
  ...['connect', 'disconnect', 'error', 'ai_response', 'ai_delta', 'session_snapshot', 'blocked'],
  ...['terminal_open', 'terminal_input', 'file_sync', 'hook_event'],
  ...['\u0000', '\ud800', '🦆'.repeat(40), 'x'.repeat(60_000)],
].map((type) => request(type));

const wrongIds = [
  '{"type":"chat","message":"effect never"}',
  ...[null, 0, 1, true, [], {}, [id], '', 'x'.repeat(65), 'x'.repeat(60_000)].map((wrong) =>
    request('chat', { message: 'effect never' }, wrong),
  ),
  '{"type":"chat","__proto__":{"request_id":"q"},"message":"effect never"}',
];

const wrongFields = [
  request('chat'),
  ...[null, 0, true, [], {}, '', 'x'.repeat(65_537)].map((message) => request('chat', { message })),
  ...[null, 'x', [], { nope: 1 }, { files: 'x' }, { files: [''] }, { active_file: 1 }].map(
    (context) => request('chat', { message: 'effect never', context }),
  ),
  request('chat', { message: 'effect never', context: { files: Array(33).fill('a') } }),
  request('chat', { message: 'effect never', more: 1 }),
  raw('chat', '"message":"effect never","__proto__":{"admin":true}'),
  raw('chat', '"message":"effect never","constructor":{"prototype":{"admin":true}}'),
  raw('chat', `"message":${nested('[', ']', 30_000)}`),
  raw('chat', `"message":"effect never","context":${nested('{"a":', '}', 8_000, '1')}`),
  request('file_save'),
  request('file_save', { path: 'a.txt' }),
  request('file_save', { path: 'a.txt', content: 1 }),
  request('file_save', { path: 'a.txt', content: ['a'] }),
  ...[null, 0, [], ['a.txt'], {}, '', 'x'.repeat(4_097)].map((path) =>
    request('file_save', { path, content: '' }),
  ),
  request('file_save', { path: 'a.txt', content: '', encoding: 'utf16' }),
  ...['', 'sha256:', `sha256:${'A'.repeat(64)}`, `md5:${'a'.repeat(64)}`, 1].map((base_hash) =>
    request('file_save', { path: 'a.txt', content: '', base_hash }),
  ),
  request('file_rename', { old_path: 'a.txt' }),
  request('file_create', { path: 'a', kind: 'socket' }),
  ...[0, -1, 1.5, 65, 1e308, '1', null].map((depth) => request('directory_list', { depth })),
  raw('directory_list', '"depth":1e999'),
  raw('directory_list', '"depth":99999999999999999999'),
  ...[0, 201, '5'].map((limit) => request('chat_history', { limit })),
  ...[undefined, null, 'session', [], ['nope'], [null], ['__proto__']].map((topics) =>
    request('subscribe', { topics }),
  ),
  raw('subscribe', `"topics":[${Array(10_000).fill('1').join()}]`),
  request('subscribe', { topics: ['session'], binary: 'yes' }),
  request('cancel'),
  request('cancel', { request_id_to_cancel: 'x'.repeat(65) }),
  request('code_execute', { language: 'python' }),
  request('code_execute', { language: '', code: '' }),
  request('code_execute', { language: 'python', code: '', args: 'x' }),
  request('code_execute', { language: 'python', code: '', args: Array(65).fill('') }),
  ...[0, -1, 1.5, 1e308, '10'].map((timeout_ms) =>
    request('code_execute', { language: 'python', code: '', timeout_ms }),
  ),
  request('approval_resolve', { approval_id: 'a', request_hash: 'a', decision: 'approve' }),
  request('approval_resolve', { approval_id: 'a', decision: 'maybe' }),
  request('diff_apply', { diff_id: 'a', hunks: [] }),
  request('audit_get', { verification_id: 'x'.repeat(129) }),
  request('token_refresh', { token: '' }),
  request('ping', { timestamp: {} }),
  request('ping', { timestamp: 'x'.repeat(65) }),
  request('quarantine_list', { session_id: 1 }),
  request('quarantine_list', { session_id: 'x'.repeat(129) }),
  request('quarantine_list', { timestamp: 'yesterday' }),
  // Keep-alives belong to no request, and have a shape all the same.
  ...[null, true, {}, [], ['x'], 'x'.repeat(65)].map((timestamp) =>
    JSON.stringify({ type: 'ping', timestamp }),
  ),
  `{"type":"ping","timestamp":${nested('[', ']', 30_000)}}`,
  `{"type":"ping","timestamp":${nested('{"a":', '}', 10_000, '1')}}`,
];

const binary: RawFrame[] = ['', '{"type":"ping"}', '\u0001\u0001', 'x'.repeat(60_000)].map(
  (text) => ({ data: Buffer.from(text), isBinary: true }),
);

/** Frames that are each answered by one `invalid_message`, after which the connection goes on. */
export const malformedFrames: readonly RawFrame[] = [
  ...[...noJson, ...noObject, ...noType, ...unknownTypes, ...wrongIds, ...wrongFields].map(
    (data) => ({ data }),
  ),
  ...binary,
];
