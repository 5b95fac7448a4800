import { createHash, randomUUID } from 'node:crypto';
import type { Message, Outcome, Session } from './session.ts';

export interface Context {
  session: Session;
  requestId: string;
  outcome: Outcome;
  files: Map<string, { content: string; hash: string }>;
  /** Sends to the caller's connections. */
  reply(message: Message): void;
}

export type Handler = (input: Message, context: Context) => Message | Promise<Message>;

export const hashOf = (content: string) =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

const proof = () => ({
  verified: true,
  verification_id: `v_${randomUUID()}`,
  timestamp: new Date().toISOString(),
});

export const failure = (code: string, message: string, rest: object = {}): Message => ({
  type: 'error',
  code,
  message,
  original_type: null,
  retryable: false,
  ...rest,
});

const text = (value: unknown) => String(value);

/** Operations in memory, enough to be used by an editor. */
export function createHandlers(): Record<string, Handler> {
  return {
    file_open(input, { files }) {
      const path = text(input['path']);
      const file = files.get(path);
      if (!file) return failure('not_found', 'No such file');
      const { content, hash } = file;
      const language = path.endsWith('.py') ? 'python' : 'javascript';
      return {
        ...{ type: 'file_opened', path, content, hash, language, encoding: 'utf8' },
        ...{ size: content.length, modified_at: new Date().toISOString(), ...proof() },
      };
    },
    file_save(input, { files, session, requestId }) {
      const path = text(input['path']);
      const content = text(input['content']);
      const current = files.get(path)?.hash;
      if (input['base_hash'] !== undefined && input['base_hash'] !== current) {
        return failure('conflict', 'Changed meanwhile', { details: { current_hash: current } });
      }
      const hash = hashOf(content);
      files.set(path, { content, hash });
      session.emit('file_update', { path, hash, origin: 'ada' }, requestId);
      return { type: 'file_saved', path, size: content.length, hash, ...proof() };
    },
    file_create(input, { files, session, requestId }) {
      const path = text(input['path']);
      if (files.has(path)) return failure('already_exists', 'Exists');
      const content = text(input['content'] ?? '');
      const hash = hashOf(content);
      files.set(path, { content, hash });
      session.emit('file_update', { path, hash, origin: 'ada' }, requestId);
      return { type: 'file_created', path, size: content.length, hash, ...proof() };
    },
    file_delete(input, { files, session, requestId }) {
      const path = text(input['path']);
      if (!files.delete(path)) return failure('not_found', 'No such file');
      session.emit('file_update', { path, hash: null, origin: 'ada' }, requestId);
      return { type: 'file_deleted', path, ...proof() };
    },
    file_rename(input, { files }) {
      const from = text(input['old_path']);
      const to = text(input['new_path']);
      const file = files.get(from);
      if (!file) return failure('not_found', 'No such file');
      files.delete(from);
      files.set(to, file);
      return { type: 'file_renamed', old_path: from, new_path: to, ...proof() };
    },
    directory_list(_input, { files }) {
      const tree = [...files.keys()].map((path) => ({ name: path, path, kind: 'file' }));
      return { type: 'directory_tree', tree, file_count: tree.length, truncated: false };
    },
    async code_execute(input, { session, requestId, outcome }) {
      const executionId = `x_${randomUUID()}`;
      outcome.executionId = executionId;
      const language = text(input['language']);
      const start = { execution_id: executionId, language, code_preview: '' };
      session.emit('execution_start', start, requestId);
      for (const line of text(input['code']).split('\n')) {
        outcome.text += `${line}\n`;
        const output = { execution_id: executionId, output: `${line}\n`, stream: 'stdout' };
        session.emit('execution_output', output, requestId);
        // Lets other frames in between.
        await new Promise((resolve) => setImmediate(resolve));
      }
      const result = {
        ...{ execution_id: executionId, language, stdout: outcome.text, stderr: '' },
        ...{ exit_code: 0, signal: null, duration_ms: 1, success: true },
        ...{ timed_out: false, truncated: false },
      };
      session.emit('execution_complete', { execution_id: executionId, result }, requestId);
      return { type: 'execution_result', ...result, ...proof() };
    },
    async chat(input, { session, requestId, outcome }) {
      const messageId = `m_${randomUUID()}`;
      outcome.messageId = messageId;
      const timestamp = new Date().toISOString();
      const question = text(input['message']);
      session.messages.push({
        ...{ id: `m_${randomUUID()}`, role: 'user', content: question, timestamp },
        type: 'chat',
      });
      session.emit('ai_typing', { is_typing: true }, requestId);
      for (const word of question.split(' ')) {
        outcome.text += `${word} `;
        session.emit('ai_delta', { message_id: messageId, delta: `${word} ` }, requestId);
        await new Promise((resolve) => setImmediate(resolve));
      }
      session.emit('ai_typing', { is_typing: false }, requestId);
      const message = { id: messageId, role: 'assistant', content: outcome.text, timestamp };
      session.messages.push({ ...message, type: 'chat' });
      return { type: 'ai_response', message, diffs: [], ...proof() };
    },
    chat_history(_input, { session }) {
      return { type: 'chat_messages', messages: session.messages, has_more: false };
    },
    security_scan(input) {
      return {
        ...{ type: 'security_scan_result', file: input['file_path'], alerts: [] },
        ...{ hunter_alerts: 0, static_analysis: { issues: [] }, risk_score: 0 },
        ...{ severity: 'none', recommendation: 'Nothing found', duration_ms: 1, ...proof() },
      };
    },
    token_refresh: () => ({ type: 'token_refreshed', expires_at: null }),
    subscribe: (input) => ({ type: 'subscribed', topics: input['topics'] }),
    unsubscribe: () => ({ type: 'subscribed', topics: [] }),
    cancel(input, { session, outcome, reply }) {
      const id = text(input['request_id_to_cancel']);
      const target = session.outcomes.get(`${outcome.clientId}/${id}`);
      const cancelled = target !== undefined && !target.reply;
      if (cancelled) {
        target.abort.abort();
        target.reply = { type: 'cancelled', request_id: id };
        reply(target.reply);
      }
      return { type: 'cancel_result', cancelled };
    },
  };
}
