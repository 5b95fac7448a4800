import type { AssistantError } from '../errors.ts';
import type { Approval, Diff, OutputOf, Proof, TreeNode } from '../protocol/index.ts';
import type { Status } from '../status.ts';

/** All that an interface shows, as one immutable value. What did not change keeps its identity. */
export interface IdeState {
  readonly status: Status;
  /** Requests without an answer that wait for a connection. */
  readonly queued: number;
  readonly tree: TreeNode[];
  /** Whether the workspace holds more than `tree` shows. */
  readonly treeTruncated: boolean;
  readonly files: readonly OpenFile[];
  readonly activePath: string | null;
  /** The last {@link maxRuns}, newest last. */
  readonly runs: readonly Run[];
  /** The latest scan of each path. */
  readonly scans: Readonly<Record<string, OutputOf<'security_scan'>>>;
  readonly messages: readonly ChatEntry[];
  /** Whether the assistant is at work. */
  readonly typing: boolean;
  readonly diffs: readonly DiffEntry[];
  /** What waits for a person, and the last that did. */
  readonly approvals: readonly Approval[];
}

/** How many runs are kept. */
export const maxRuns = 20;

/** A file in the editor. */
export interface OpenFile {
  readonly path: string;
  /** As edited. */
  readonly content: string;
  /** As last seen on the server. */
  readonly savedContent: string;
  /** Of `savedContent`; empty when the file no longer exists there. */
  readonly hash: string;
  readonly language: string;
  readonly modified: boolean;
  readonly saving: boolean;
  /** Of the last save. */
  readonly proof?: Proof;
  /** Set when another version is on the server; see `resolveConflict`. */
  readonly conflict?: { readonly currentHash: string };
}

/** One run of code, and what it wrote so far. */
export interface Run {
  /** Null until it has begun. */
  readonly executionId: string | null;
  readonly requestId: string;
  readonly language: string;
  readonly path?: string;
  readonly chunks: readonly RunChunk[];
  /** `failed` is also a run that ended with another exit code than 0. */
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'blocked';
  readonly result?: OutputOf<'code_execute'>;
  readonly error?: AssistantError;
  /** Epoch milliseconds. */
  readonly startedAt: number;
}

/** A piece of output. */
export interface RunChunk {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** One line of the conversation. */
export interface ChatEntry {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly content: string;
  /** ISO 8601 UTC. */
  readonly timestamp: string;
  /** A question is queued, sent, then done; an answer streams, then is done. */
  readonly state: 'queued' | 'sent' | 'streaming' | 'done' | 'stopped' | 'failed';
  readonly error?: AssistantError;
  /** Ids of the proposals made in it. */
  readonly diffs: readonly string[];
  readonly tools: readonly ToolEntry[];
  /** The request that it belongs to, where that is known. */
  readonly requestId?: string;
}

/** One use of a tool by the assistant. */
export interface ToolEntry {
  readonly tool: string;
  /** `start`, then `ok`, `blocked`, `denied` or `error`. */
  readonly status: string;
  /** What it was used on, then what came of it, in one line. */
  readonly summary: string;
}

/** A proposed change and what became of it. */
export type DiffEntry = Diff & {
  readonly state: 'proposed' | 'applied' | 'partially_applied' | 'rejected' | 'stale';
};
