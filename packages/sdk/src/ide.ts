import type { Client } from './client.ts';
import type { ClientEvents } from './events.ts';
import { createApprovals } from './ide/approvals.ts';
import { createChat } from './ide/chat.ts';
import { createDiffs } from './ide/diffs.ts';
import { createFiles } from './ide/files.ts';
import { createRuns, type RunOptions } from './ide/runs.ts';
import { createSecurity } from './ide/security.ts';
import type { IdeState, OpenFile } from './ide/state.ts';
import { createStore } from './ide/store.ts';
import { createTree } from './ide/tree.ts';
import type { OutputOf } from './protocol/index.ts';

/** State and actions of an editor with an assistant, without a DOM. Every action rejects with an `AssistantError`. */
export interface Ide {
  readonly client: Client;
  /** An immutable snapshot; a new object after each change. */
  readonly state: IdeState;
  /** Calls back after each change. Returns the undo. */
  subscribe(listener: (state: IdeState) => void): () => void;

  /** Loads a file and makes it the active one; an open one keeps what was typed. */
  openFile(path: string): Promise<OpenFile>;
  /** Takes what was typed. @throws AssistantError `not_found` when the file is not open. */
  setContent(path: string, content: string): void;
  /** Makes an open file the active one. @throws AssistantError `not_found` when it is not open. */
  activateFile(path: string): void;
  /** Closes a file, with what was typed and not saved. */
  closeFile(path: string): void;
  /**
   * Saves the content as it is now, by default of the active file. Over another version on the server
   * it rejects with `conflict` and sets the file's `conflict`.
   */
  saveFile(path?: string): Promise<OutputOf<'file_save'>>;
  /** Ends a conflict: saves over the other version that was found, or takes that one. */
  resolveConflict(path: string, keep: 'mine' | 'theirs'): Promise<OpenFile>;
  createFile(path: string, content?: string): Promise<OutputOf<'file_create'>>;
  createDirectory(path: string): Promise<OutputOf<'file_create'>>;
  deleteFile(path: string, options?: { recursive?: boolean }): Promise<OutputOf<'file_delete'>>;
  renameFile(oldPath: string, newPath: string): Promise<OutputOf<'file_rename'>>;
  /** Loads `tree`; from then on it follows changes by itself. */
  refreshFileTree(): Promise<void>;

  /** Runs code, by default the active file as typed, and fills `runs` while it runs. */
  runCode(options?: RunOptions): Promise<OutputOf<'code_execute'>>;
  /** Stops the runs that this client began. */
  stopRun(): void;

  /** Scans a file and keeps the result in `scans`. */
  scanFile(path: string): Promise<OutputOf<'security_scan'>>;
  /** Applies the proven fixes, or with `preview` returns them only. */
  fixIssue(
    path: string,
    issue?: string,
    options?: { preview?: boolean },
  ): Promise<OutputOf<'auto_fix'>>;
  /** Moves a file to where nothing can run it, and closes it. */
  quarantineFile(path: string): Promise<OutputOf<'auto_quarantine'>>;

  /** Asks the assistant; without a connection the question waits. */
  chat(message: string, options?: { signal?: AbortSignal }): Promise<OutputOf<'chat'>>;
  /** Stops the answers that this client asked for. */
  stopChat(): void;
  /** Loads the page of the conversation before the oldest line known. */
  loadHistory(): Promise<void>;

  /** Writes a proposal, or the named hunks of it. */
  applyDiff(diffId: string, hunks?: string[]): Promise<OutputOf<'diff_apply'>>;
  rejectDiff(diffId: string, reason?: string): Promise<OutputOf<'diff_reject'>>;

  /** Loads `approvals`. */
  listApprovals(): Promise<void>;
  /** Decides an approval of `approvals`. @throws AssistantError (rejects) `not_found` for another. */
  resolveApproval(
    approvalId: string,
    decision: 'approve' | 'deny',
    options?: { scope?: 'once' | 'session'; comment?: string },
  ): Promise<OutputOf<'approval_resolve'>>;

  /** The signed log entry of a verified reply, with its proof. */
  proofOf(verificationId: string): Promise<OutputOf<'audit_get'>>;

  /** Stops following the client, which stays as it is. */
  close(): void;
}

/**
 * Creates the state of an editor on a client. Connects nothing by itself.
 * @example
 * const ide = createIde(createClient({ url: '/ide/ws' }));
 * ide.subscribe((state) => render(state));
 * await ide.openFile('app.py');
 */
export function createIde(client: Client): Ide {
  const store = createStore({
    ...{ status: client.status, queued: client.queued, tree: [], treeTruncated: false },
    ...{ files: [], activePath: null, runs: [], scans: {}, messages: [], typing: false },
    ...{ diffs: [], approvals: [] },
  });
  const tree = createTree(client, store);
  const files = createFiles(client, store, tree);
  const runs = createRuns(client, store);
  const security = createSecurity(client, store, files);
  const chat = createChat(client, store);
  const diffs = createDiffs(client, store);
  const approvals = createApprovals(client, store);

  const listeners: { [K in keyof ClientEvents]?: (event: ClientEvents[K]) => void } = {
    ...runs.listeners,
    ...chat.listeners,
    ...diffs.listeners,
    ...approvals.listeners,
    status(status) {
      store.set({ status });
      if (status.state !== 'connected') return;
      runs.connected();
      chat.connected();
    },
    queue: ({ queued }) => store.set({ queued }),
    diff(event) {
      diffs.listeners.diff(event);
      chat.listeners.diff(event);
    },
    file_update: files.updated,
    session_snapshot(snapshot) {
      approvals.restore(snapshot.approvals);
      diffs.restore(snapshot.diffs);
      chat.restore(snapshot);
      runs.restore(snapshot.running);
      files.compare(snapshot.files);
    },
  };
  const bind = <K extends keyof ClientEvents>(name: K) => {
    const listener = listeners[name];
    return listener ? client.on(name, listener) : () => {};
  };
  const unbinds = (Object.keys(listeners) as (keyof ClientEvents)[]).map((name) => bind(name));

  return {
    client,
    get state() {
      return store.state;
    },
    subscribe: store.subscribe,
    openFile: files.open,
    setContent: files.setContent,
    activateFile: files.activate,
    closeFile: files.close,
    saveFile: files.save,
    resolveConflict: files.resolveConflict,
    createFile: files.create,
    createDirectory: files.createDirectory,
    deleteFile: files.delete,
    renameFile: files.rename,
    refreshFileTree: tree.refresh,
    runCode: runs.run,
    stopRun: runs.stop,
    scanFile: security.scan,
    fixIssue: security.fix,
    quarantineFile: security.quarantine,
    chat: chat.send,
    stopChat: chat.stop,
    loadHistory: chat.loadHistory,
    applyDiff: diffs.apply,
    rejectDiff: diffs.reject,
    listApprovals: approvals.list,
    resolveApproval: approvals.resolve,
    proofOf: (verificationId) => client.request('audit_get', { verification_id: verificationId }),
    close() {
      for (const unbind of unbinds) unbind();
    },
  };
}
