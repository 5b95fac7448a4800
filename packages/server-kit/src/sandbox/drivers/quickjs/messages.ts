/** What the worker is started with. */
export interface WorkerInput {
  code: string;
  fileName: string;
  args: readonly string[];
  /** Most memory of the interpreter and the program together; at least 16 MiB are given. */
  memoryBytes: number;
  /** Bytes of output after which the program is stopped. */
  floodBytes: number;
}

/** What the worker tells: pieces of output, and last of all how the program ended. */
export type WorkerMessage =
  | { kind: 'output'; stream: 'stdout' | 'stderr'; text: string }
  | { kind: 'end'; exitCode: number; reason: 'exit' | 'memory-limit' };
