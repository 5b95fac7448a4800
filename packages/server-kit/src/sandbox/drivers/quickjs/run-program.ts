import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten-core';
import type { WorkerInput } from './messages.ts';
import { prelude } from './prelude.ts';

type Write = (stream: 'stdout' | 'stderr', text: string) => void;

/** How a program in QuickJS ended. */
export interface ProgramEnd {
  exitCode: number;
  reason: 'exit' | 'memory-limit';
}

/** Deep enough for real recursion, well below what the thread's own stack holds. */
const stackBytes = 524_288;

/**
 * Runs a program to its end, blocking: its own text, then promise jobs and timers until none is
 * left. A deadline is the caller's business, from outside the thread.
 */
export function runProgram(
  quickJs: QuickJSWASMModule,
  input: WorkerInput,
  write: Write,
): ProgramEnd {
  const runtime = quickJs.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  const context = runtime.newContext();

  let exitCode: number | undefined;
  let writtenBytes = 0;
  runtime.setInterruptHandler(() => exitCode !== undefined || writtenBytes > input.floodBytes);
  runtime.setModuleLoader((name) => ({
    error: new Error(`Cannot import "${name}": this sandbox has no files and no packages.`),
  }));

  const due: { id: number; atMs: number }[] = [];
  const fire = install(context, input, {
    write(stream, text) {
      // The flood ends at the next interrupt, and until then nothing more is sent.
      if (writtenBytes > input.floodBytes) return;
      writtenBytes += Buffer.byteLength(text);
      write(stream, text);
    },
    exit: (code) => (exitCode ??= code),
    startTimer: (id, waitMs) => due.push({ id, atMs: performance.now() + waitMs }),
  });

  const failed = (error: QuickJSHandle): ProgramEnd => {
    if (exitCode !== undefined) return { exitCode, reason: 'exit' };
    const { text, outOfMemory } = describe(context, error);
    write('stderr', `${text}\n`);
    return { exitCode: 1, reason: outOfMemory ? 'memory-limit' : 'exit' };
  };

  // As a module, so that `await` works at its top.
  const result = context.evalCode(input.code, input.fileName, { type: 'module' });
  if (result.error) return failed(result.error);
  for (;;) {
    const jobs = runtime.executePendingJobs();
    if (jobs.error) return failed(jobs.error);
    const state = context.getPromiseState(result.value);
    if (state.type === 'rejected') return failed(state.error);
    if (exitCode !== undefined) return { exitCode, reason: 'exit' };

    due.sort((a, b) => a.atMs - b.atMs);
    const next = due.shift();
    if (next === undefined) return { exitCode: 0, reason: 'exit' };
    sleepUntil(next.atMs);
    const called = context.callFunction(fire, context.undefined, context.newNumber(next.id));
    if (called.error) return failed(called.error);
  }
}

interface Host {
  write: Write;
  exit: (code: number) => void;
  startTimer: (id: number, waitMs: number) => void;
}

/** Runs the prelude; what it returns fires a timer by its number. */
function install(context: QuickJSContext, input: WorkerInput, host: Host): QuickJSHandle {
  const object = context.newObject();
  const define = (name: string, call: (...args: QuickJSHandle[]) => void): void => {
    context.setProp(
      object,
      name,
      context.newFunction(name, (...args) => void call(...args)),
    );
  };
  define('write', (stream, text) => {
    if (stream === undefined || text === undefined) return;
    host.write(
      context.getString(stream) === 'stderr' ? 'stderr' : 'stdout',
      context.getString(text),
    );
  });
  define('exit', (code) => host.exit(code === undefined ? 0 : context.getNumber(code) & 0xff));
  define('startTimer', (id, waitMs) => {
    if (id === undefined || waitMs === undefined) return;
    host.startTimer(context.getNumber(id), context.getNumber(waitMs));
  });
  const argv = context.newArray();
  for (const [index, argument] of ['quickjs', input.fileName, ...input.args].entries()) {
    context.setProp(argv, index, context.newString(argument));
  }
  context.setProp(object, 'argv', argv);
  context.setProp(context.global, 'host', object);
  return context.unwrapResult(context.evalCode(prelude, 'prelude.js'));
}

function describe(
  context: QuickJSContext,
  error: QuickJSHandle,
): { text: string; outOfMemory: boolean } {
  const dumped: unknown = context.dump(error);
  // With no memory left the error cannot be made or read, though it still has its type.
  if (context.typeof(error) === 'object' && typeof dumped !== 'object') {
    return { text: 'InternalError: out of memory', outOfMemory: true };
  }
  if (typeof dumped !== 'object' || dumped === null) {
    return { text: `Uncaught ${String(dumped)}`, outOfMemory: false };
  }
  const { name, message, stack } = dumped as { name?: string; message?: string; stack?: string };
  if (message === undefined) {
    return { text: `Uncaught ${JSON.stringify(dumped)}`, outOfMemory: false };
  }
  const text = `${name ?? 'Error'}: ${message}\n${stack ?? ''}`.trimEnd();
  return { text, outOfMemory: name === 'InternalError' && message === 'out of memory' };
}

function sleepUntil(atMs: number): void {
  const waitMs = atMs - performance.now();
  if (waitMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
}
