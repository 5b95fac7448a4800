import { parentPort, workerData } from 'node:worker_threads';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core';
import type { WorkerInput, WorkerMessage } from './messages.ts';
import { runProgram } from './run-program.ts';

// The program of the worker thread: one run, then the thread ends.

const pageBytes = 65_536;
/** What the interpreter's module asks for at least: 16 MiB. */
const initialPages = 256;

// Node's types leave this global to the browser's library, which a server does not have.
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: { Memory: new (size: { initial: number; maximum: number }) => object };
};

const input = workerData as WorkerInput;
const post = (message: WorkerMessage): void => parentPort?.postMessage(message);

// QuickJS cannot measure its own allocations when compiled to WebAssembly, so its memory limit
// lets array buffers of any total through. What does hold is a memory that cannot grow further.
const wasmMemory = new WebAssembly.Memory({
  initial: initialPages,
  maximum: Math.max(initialPages, Math.floor(input.memoryBytes / pageBytes)),
});
const quickJs = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
const ended = runProgram(quickJs, input, (stream, text) => {
  post({ kind: 'output', stream, text });
});
post({ kind: 'end', ...ended });
