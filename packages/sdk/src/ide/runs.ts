import type { Client } from '../client.ts';
import { randomId } from '../environment.ts';
import { AssistantError, isAssistantError } from '../errors.ts';
import type { ClientEvents } from '../events.ts';
import type { EventMessage, OutputOf } from '../protocol/index.ts';
import { maxRuns, type Run, type RunChunk } from './state.ts';
import { replaceWhere, type Store } from './store.ts';

/** What to run. Without `code` it is the content of `path`, without `path` the active file. */
export interface RunOptions {
  path?: string | undefined;
  language?: string | undefined;
  code?: string | undefined;
  stdin?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The runs of code. */
export interface Runs {
  run(options?: RunOptions): Promise<OutputOf<'code_execute'>>;
  /** Stops those that this client began. */
  stop(): void;
  /** Marks what waited as running, once connected. */
  connected(): void;
  /** Takes over the running processes of a snapshot. */
  restore(running: EventMessage<'session_snapshot'>['running']): void;
  /** Events that fill the runs, also those that others of the session began. */
  readonly listeners: {
    [K in 'execution_start' | 'execution_output' | 'execution_complete' | 'execution_error']: (
      event: ClientEvents[K],
    ) => void;
  };
}

interface Source {
  path: string | undefined;
  code: string;
  language: string | undefined;
}

/** Runs code and collects its output. */
export function createRuns(client: Client, store: Store): Runs {
  const own = new Map<string, AbortController>();

  const change = (matches: (run: Run) => boolean, edit: (run: Run) => Run) =>
    store.set({ runs: replaceWhere(store.state.runs, matches, edit) });
  const add = (run: Run) => store.set({ runs: [...store.state.runs, run].slice(-maxRuns) });
  const ofRequest = (requestId: string) => (run: Run) => run.requestId === requestId;
  const ofExecution = (executionId: string) => (run: Run) => run.executionId === executionId;
  const foreign = (requestId: string, executionId: string | null, language: string): Run => ({
    ...{ executionId, requestId, language, chunks: [], state: 'running' as const },
    startedAt: Date.now(),
  });

  const wanted = ({ path, code }: RunOptions) =>
    path ?? (code === undefined ? (store.state.activePath ?? undefined) : undefined);

  function known(options: RunOptions): Source | undefined {
    const path = wanted(options);
    const file = store.state.files.find((open) => open.path === path);
    const code = options.code ?? file?.content;
    return code === undefined
      ? undefined
      : { path, code, language: options.language ?? file?.language };
  }

  async function load(options: RunOptions): Promise<Source> {
    const path = wanted(options);
    if (!path) throw new AssistantError('not_found', 'Nothing to run: no file is active');
    const file = await client.request('file_open', { path });
    return { path, code: file.content, language: options.language ?? file.language };
  }

  async function run(options: RunOptions = {}): Promise<OutputOf<'code_execute'>> {
    // Without waiting where there is nothing to load, so that the run is in the state at once.
    const { path, code, language } = known(options) ?? (await load(options));
    if (!language) throw new AssistantError('unsupported_language', 'Name the language to run');
    const requestId = randomId();
    const controller = new AbortController();
    const abort = () => controller.abort(options.signal?.reason);
    if (options.signal?.aborted) abort();
    options.signal?.addEventListener('abort', abort);
    own.set(requestId, controller);
    add({
      ...foreign(requestId, null, language),
      ...(path === undefined ? {} : { path }),
      state: client.status.state === 'connected' ? 'running' : 'queued',
    });
    try {
      const result = await client.request(
        'code_execute',
        {
          ...{ language, code },
          ...(path === undefined ? {} : { file_path: path }),
          ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
        },
        { requestId, signal: controller.signal, timeoutMs: 0 },
      );
      change(ofRequest(requestId), (it) => finished(it, result));
      return result;
    } catch (error) {
      if (isAssistantError(error)) change(ofRequest(requestId), (it) => failed(it, error));
      throw error;
    } finally {
      own.delete(requestId);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  return {
    run,
    stop() {
      for (const controller of own.values()) controller.abort();
    },
    connected() {
      change(
        (it) => it.state === 'queued',
        (it) => ({ ...it, state: 'running' }),
      );
    },
    restore(running) {
      const executions = running.filter(({ type }) => type === 'code_execute');
      for (const { request_id, execution_id, text } of executions) {
        if (!store.state.runs.some(ofRequest(request_id))) add(foreign(request_id, null, ''));
        change(ofRequest(request_id), (it) => ({
          ...it,
          executionId: execution_id ?? it.executionId,
          chunks: text === '' ? [] : [{ stream: 'stdout', text }],
          state: 'running',
        }));
      }
      // Runs of others that ended unseen; ours are answered.
      change(
        (it) =>
          it.state === 'running' &&
          !own.has(it.requestId) &&
          !executions.some(({ request_id }) => request_id === it.requestId),
        (it) => ({ ...it, state: 'done' }),
      );
    },
    listeners: {
      execution_start({ request_id, execution_id, language }) {
        const requestId = request_id ?? execution_id;
        if (!store.state.runs.some(ofRequest(requestId))) {
          add(foreign(requestId, execution_id, language));
        }
        change(ofRequest(requestId), (it) => ({
          ...it,
          executionId: execution_id,
          state: 'running',
        }));
      },
      execution_output({ execution_id, output, stream }) {
        change(ofExecution(execution_id), (it) => ({
          ...it,
          chunks: [...it.chunks, { stream, text: output }],
        }));
      },
      execution_complete({ execution_id, result }) {
        // Our own end with their reply, which carries the proof.
        change(
          (it) =>
            it.executionId === execution_id && !own.has(it.requestId) && it.state === 'running',
          (it) => ({ ...it, state: result.success ? 'done' : 'failed' }),
        );
      },
      execution_error({ execution_id, error }) {
        change(
          (it) => it.executionId === execution_id && !own.has(it.requestId),
          (it) => failed(it, new AssistantError('internal', error)),
        );
      },
    },
  };
}

function finished(run: Run, result: OutputOf<'code_execute'>): Run {
  const { execution_id, stdout, stderr, success } = result;
  // The result is the whole; the chunks may lack what was missed while disconnected.
  const complete =
    textOf(run.chunks, 'stdout') === stdout && textOf(run.chunks, 'stderr') === stderr;
  const whole: RunChunk[] = [
    { stream: 'stdout', text: stdout },
    { stream: 'stderr', text: stderr },
  ];
  const chunks = complete ? run.chunks : whole.filter(({ text }) => text !== '');
  return { ...run, executionId: execution_id, chunks, result, state: success ? 'done' : 'failed' };
}

function failed(run: Run, error: AssistantError): Run {
  const { code } = error;
  const state = code === 'cancelled' || code === 'blocked' ? code : 'failed';
  return { ...run, error, state };
}

function textOf(chunks: readonly RunChunk[], stream: RunChunk['stream']): string {
  return chunks.map((chunk) => (chunk.stream === stream ? chunk.text : '')).join('');
}
