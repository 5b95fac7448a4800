import type { Client } from '../client.ts';
import { randomId } from '../environment.ts';
import { AssistantError, isAssistantError } from '../errors.ts';
import type { ClientEvents } from '../events.ts';
import type { ChatMessage, EventMessage, OutputOf } from '../protocol/index.ts';
import { rebuildMessages } from './chat-snapshot.ts';
import type { ChatEntry, ToolEntry } from './state.ts';
import { replaceWhere, type Store } from './store.ts';

/** The conversation. */
export interface Chat {
  send(message: string, options?: { signal?: AbortSignal }): Promise<OutputOf<'chat'>>;
  /** Stops the answers that this client asked for. */
  stop(): void;
  /** Loads the page before the oldest line known; does nothing once the beginning is reached. */
  loadHistory(): Promise<void>;
  /** Marks what waited as sent, once connected. */
  connected(): void;
  restore(snapshot: EventMessage<'session_snapshot'>): void;
  readonly listeners: {
    [K in 'ai_typing' | 'ai_delta' | 'ai_tool' | 'ai_error' | 'diff']: (
      event: ClientEvents[K],
    ) => void;
  };
}

/** Asks the assistant and follows its answers, also those that others of the session asked for. */
export function createChat(client: Client, store: Store): Chat {
  const own = new Map<string, AbortController>();
  let complete = false;

  const change = (matches: (entry: ChatEntry) => boolean, edit: (entry: ChatEntry) => ChatEntry) =>
    store.set({ messages: replaceWhere(store.state.messages, matches, edit) });

  async function send(
    message: string,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OutputOf<'chat'>> {
    const requestId = randomId();
    const controller = new AbortController();
    const abort = () => controller.abort(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    own.set(requestId, controller);
    const { messages, activePath } = store.state;
    const state = client.status.state === 'connected' ? 'sent' : 'queued';
    store.set({
      messages: [...messages, newEntry(requestId, 'user', { content: message, state, requestId })],
    });
    try {
      const context = activePath === null ? {} : { context: { active_file: activePath } };
      // An answer takes as long as it takes, and a question that waits for a connection is kept.
      const options = { requestId, signal: controller.signal, timeoutMs: 0 };
      const reply = await client.request('chat', { message, ...context }, options);
      store.set({ messages: withAnswer(store.state.messages, requestId, reply) });
      return reply;
    } catch (error) {
      if (isAssistantError(error)) fail(requestId, error);
      throw error;
    } finally {
      own.delete(requestId);
      signal?.removeEventListener('abort', abort);
    }
  }

  function fail(requestId: string, error: AssistantError): void {
    const state = error.code === 'cancelled' ? 'stopped' : 'failed';
    const mine = store.state.messages.filter((entry) => entry.requestId === requestId);
    const answered = mine.some(({ role }) => role === 'assistant');
    change(
      (entry) => entry.requestId === requestId,
      (entry) =>
        answered && entry.role === 'user'
          ? { ...entry, state: 'done' }
          : { ...entry, state, ...(state === 'failed' ? { error } : {}) },
    );
  }

  // The entry of an answer, made when its first event comes: right after its question.
  function answer(
    messageId: string,
    requestId: string | undefined,
    edit: (entry: ChatEntry) => ChatEntry,
  ): void {
    const { messages } = store.state;
    if (!messages.some(({ id }) => id === messageId)) {
      const entry = newEntry(messageId, 'assistant', {
        state: 'streaming',
        ...(requestId === undefined ? {} : { requestId }),
      });
      const question = messages.findLastIndex(
        (it) => requestId !== undefined && it.requestId === requestId,
      );
      const at = question < 0 ? messages.length : question + 1;
      store.set({ messages: messages.toSpliced(at, 0, entry) });
    }
    change(({ id }) => id === messageId, edit);
  }

  return {
    send,
    stop() {
      for (const controller of own.values()) controller.abort();
    },
    async loadHistory() {
      if (complete) return;
      const known = store.state.messages.find(({ requestId }) => requestId === undefined);
      const input = known ? { before: known.id } : {};
      const { messages, has_more } = await client.request('chat_history', input);
      complete = !has_more;
      const present = new Set(store.state.messages.map(({ id }) => id));
      const older = messages.filter(({ id }) => !present.has(id)).map(fromServer);
      store.set({ messages: [...older, ...store.state.messages] });
    },
    connected() {
      change(
        ({ state }) => state === 'queued',
        (entry) => ({ ...entry, state: 'sent' }),
      );
    },
    restore({ messages, running }) {
      complete = false;
      const turns = running.filter(({ type }) => type === 'chat');
      store.set({
        messages: rebuildMessages(store.state.messages, messages.map(fromServer), turns, own),
        typing: turns.length > 0,
      });
      for (const { request_id, message_id, text } of turns) {
        if (message_id === undefined) continue;
        answer(message_id, request_id, (entry) => ({
          ...entry,
          content: text,
          state: 'streaming',
        }));
      }
    },
    listeners: {
      ai_typing({ is_typing, request_id }) {
        store.set({ typing: is_typing });
        // The reply to another's question goes to them alone; this is all that we hear of its end.
        if (is_typing || (request_id !== undefined && own.has(request_id))) return;
        change(
          (entry) => entry.state === 'streaming' && entry.requestId === request_id,
          (entry) => ({ ...entry, state: 'done' }),
        );
      },
      ai_delta({ message_id, request_id, delta }) {
        answer(message_id, request_id, (entry) => ({ ...entry, content: entry.content + delta }));
      },
      ai_tool({ message_id, request_id, tool, arguments: input, status, result }) {
        const summary = result ?? summaryOf(input);
        answer(message_id, request_id, (entry) => ({
          ...entry,
          tools: withTool(entry.tools, { tool, status, summary }),
        }));
      },
      ai_error({ message_id, request_id, error }) {
        // Our own fail with their reply, which has a code.
        if (message_id === undefined || (request_id !== undefined && own.has(request_id))) return;
        answer(message_id, request_id, (entry) => ({
          ...entry,
          state: 'failed',
          error: new AssistantError('assistant_unavailable', error),
        }));
      },
      diff({ diff_id, request_id }) {
        change(
          (entry) =>
            entry.role === 'assistant' &&
            request_id !== undefined &&
            entry.requestId === request_id &&
            !entry.diffs.includes(diff_id),
          (entry) => ({ ...entry, diffs: [...entry.diffs, diff_id] }),
        );
      },
    },
  };
}

function newEntry(
  id: string,
  role: ChatEntry['role'],
  fields: Partial<ChatEntry> & Pick<ChatEntry, 'state'>,
): ChatEntry {
  const timestamp = new Date().toISOString();
  return { id, role, content: '', timestamp, diffs: [], tools: [], ...fields };
}

function fromServer(message: ChatMessage): ChatEntry {
  return { ...message, state: 'done', diffs: [], tools: [] };
}

// The server's answer in the place of what was streamed, and the question as done.
function withAnswer(
  entries: readonly ChatEntry[],
  requestId: string,
  { message, diffs }: OutputOf<'chat'>,
): readonly ChatEntry[] {
  const isOld = (entry: ChatEntry) =>
    entry.id === message.id || (entry.requestId === requestId && entry.role === 'assistant');
  const old = entries.find(isOld);
  const answer: ChatEntry = { ...fromServer(message), tools: old?.tools ?? [], diffs, requestId };
  // After a snapshot that had the finished turn, the server's copy of the question stands before it.
  const copied = entries.some(({ id, requestId: of }) => id === message.id && of === undefined);
  const rest = entries
    .filter((entry) => entry === old || !isOld(entry))
    .filter((entry) => !(copied && entry.role === 'user' && entry.requestId === requestId))
    .map((entry): ChatEntry => {
      if (entry === old) return answer;
      return entry.requestId === requestId ? { ...entry, state: 'done' } : entry;
    });
  if (old) return rest;
  const question = rest.findLastIndex((entry) => entry.requestId === requestId);
  return rest.toSpliced(question < 0 ? rest.length : question + 1, 0, answer);
}

function withTool(tools: readonly ToolEntry[], next: ToolEntry): readonly ToolEntry[] {
  const running = tools.findLastIndex(
    ({ tool, status }) => tool === next.tool && status === 'start',
  );
  return next.status === 'start' || running < 0 ? [...tools, next] : tools.with(running, next);
}

function summaryOf(input: Record<string, unknown>): string {
  const words = Object.values(input).filter((value) => typeof value === 'string');
  return words.join(' ').split('\n', 1)[0]!.slice(0, 200);
}
