import { isUtf8 } from 'node:buffer';
import { isOperationName } from '@ide-assistant/sdk/protocol';
import type { RawFrame } from '../faults/raw-frames.ts';
import { createSpoiler, type Fields } from '../faults/spoiler.ts';

/** Valid requests, one of each kind whose work is small. */
const valid: readonly Fields[] = [
  { type: 'ping', timestamp: 1 },
  { type: 'chat', message: 'effect mutated', context: { active_file: 'a.txt', files: ['a.txt'] } },
  { type: 'file_open', path: 'a.txt', encoding: 'utf8' },
  { type: 'file_save', path: 'a.txt', content: 'some text', encoding: 'utf8' },
  { type: 'file_create', path: 'made/b.txt', content: 'some text', kind: 'file' },
  { type: 'file_delete', path: 'made/b.txt', recursive: false },
  { type: 'file_rename', old_path: 'a.txt', new_path: 'c.txt' },
  { type: 'directory_list', path: 'made', depth: 2 },
  { type: 'security_scan', code: 'eval(input())', language: 'python' },
  { type: 'auto_fix', file_path: 'a.txt', preview: true },
  { type: 'quarantine_list' },
  { type: 'quarantine_restore', quarantine_path: 'a.txt' },
  { type: 'chat_history', limit: 5, before: 'm_1' },
  { type: 'diff_apply', diff_id: 'd_1', hunks: ['1', '2'] },
  { type: 'diff_reject', diff_id: 'd_1', reason: 'no' },
  { type: 'approval_list' },
  { type: 'cancel', request_id_to_cancel: 'nobody' },
  { type: 'subscribe', topics: ['session', 'phase'], binary: true },
  { type: 'unsubscribe', topics: ['phase'] },
  { type: 'audit_get', verification_id: 'v_1' },
  { type: 'token_refresh', token: 'a.b.c' },
];

/** Makes the next frame from a valid one. */
export function createMutator(random: () => number): () => RawFrame {
  const { spoil, newId } = createSpoiler(random);
  return () => {
    const chosen = valid[Math.floor(random() * valid.length)];
    const as = random() < 0.5 ? 'json' : 'bytes';
    const data = spoil({ ...chosen, request_id: newId() }, as);
    return { data, isBinary: random() < 0.02 };
  };
}

/**
 * What a server owes to a frame: `close` for what is no text; nothing for a `pong`; a `pong` or a refusal
 * for a keep-alive; `invalid_message` for what is no request; for a request, which may be wrong in its
 * fields, a reply under its id.
 */
export type Expectation = 'close' | 'nothing' | 'keep-alive' | 'refusal' | { requestId: string };

/** Judges a frame by itself, apart from how the server does it. */
export function expectationOf({ data, isBinary = false }: RawFrame): Expectation {
  if (isBinary) return 'refusal';
  if (Buffer.isBuffer(data) && !isUtf8(data)) return 'close';
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return 'refusal';
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'refusal';
  const { type, request_id: requestId } = value as { type?: unknown; request_id?: unknown };
  if (type === 'pong') return 'nothing';
  if (type === 'ping' && requestId === undefined) return 'keep-alive';
  const isNamed = typeof requestId === 'string' && requestId !== '' && requestId.length <= 64;
  return typeof type === 'string' && isOperationName(type) && isNamed ? { requestId } : 'refusal';
}
