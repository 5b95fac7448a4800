import type { Ide } from '@ide-assistant/sdk';
import { noticeStrings as words } from '../strings/notices.ts';
import { errorText, isOwnDoing } from './error-text.ts';
import type { Mode } from './mode.ts';
import type { Store } from './store.ts';
import { baseName } from './path.ts';
import type { DrawerTab, UiState } from './ui.ts';

/**
 * What a person can do. Each action reports its own failure as a notice and then resolves to false,
 * so that a button needs no catch of its own.
 */
export interface Actions {
  setMode(mode: Mode): void;
  toggleTree(): void;
  /** Asks for the name of a new file, in the tree of the canvas. */
  newFile(): void;
  toggleDrawer(): void;
  showDrawer(tab: DrawerTab): void;
  dismissNotice(): void;
  open(path: string): Promise<boolean>;
  /** Closes a file; one with unsaved changes only when asked a second time. */
  close(path: string): void;
  create(path: string, kind: 'file' | 'directory'): Promise<boolean>;
  rename(oldPath: string, newPath: string): Promise<boolean>;
  remove(path: string, recursive: boolean): Promise<boolean>;
  refreshTree(): Promise<boolean>;
  save(): Promise<boolean>;
  /** Settles a conflict: drops this content for that of the disk, or saves it over the other. */
  resolveConflict(path: string, keep: 'mine' | 'theirs'): Promise<boolean>;
  /** Runs the active file. */
  run(language?: string): Promise<boolean>;
  /** Runs code out of an answer. */
  runSnippet(language: string, code: string): Promise<boolean>;
  stopRun(): void;
  insert(text: string): void;
  scan(): Promise<boolean>;
  /** Asks for the fix of a finding; it comes as a proposal and opens for review. */
  fix(path: string, rule: string): Promise<boolean>;
  goTo(path: string, line: number, column: number): Promise<boolean>;
  ask(message: string): Promise<boolean>;
  review(diffId: string): Promise<boolean>;
  endReview(): void;
  apply(diffId: string): Promise<boolean>;
  reject(diffId: string): Promise<boolean>;
  resolveApproval(
    approvalId: string,
    decision: 'approve' | 'deny',
    scope?: 'once' | 'session',
  ): Promise<boolean>;
}

/** Joins the server's workspace with the interface. */
export function createActions(ide: Ide, ui: Store<UiState>): Actions {
  const attempt = async (failure: string, action: () => Promise<void>): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (error) {
      if (!isOwnDoing(error)) {
        ui.update({ notice: { tone: 'bad', text: `${failure} ${errorText(error)}` } });
      }
      return false;
    }
  };

  const isOpenFile = (path: string) => ide.state.files.some((file) => file.path === path);
  const show = async (path: string): Promise<void> => {
    if (isOpenFile(path)) ide.activateFile(path);
    else await ide.openFile(path);
  };
  const showDrawer = (tab: DrawerTab): void =>
    ui.update({ drawerOpen: true, drawerTab: tab, pane: 'output' });
  const endReviewOf = (diffId: string): void => {
    if (ui.state.reviewId === diffId) ui.update({ reviewId: null });
  };
  const review = async (diffId: string): Promise<void> => {
    const diff = ide.state.diffs.find((one) => one.diff_id === diffId);
    if (!diff) return;
    ui.update({ mode: 'canvas', pane: 'code', reviewId: diffId });
    // A proposal for a new file has nothing on the disk to open yet.
    if (diff.base_hash !== null) await show(diff.path);
  };

  return {
    setMode: (mode) => ui.update({ mode }),
    toggleTree: () => ui.update({ treeOpen: !ui.state.treeOpen, pane: 'code' }),
    newFile: () => ui.update({ mode: 'canvas', pane: 'code', treeOpen: true, naming: true }),
    toggleDrawer: () => ui.update({ drawerOpen: !ui.state.drawerOpen }),
    showDrawer,
    dismissNotice: () => ui.update({ notice: null, confirmClose: null }),

    open: (path) =>
      attempt(words.open(path), async () => {
        await show(path);
        // The tree covers the text, and whoever has chosen a file wants to see that.
        ui.update({ reviewId: null, pane: 'code', treeOpen: false });
      }),
    close(path) {
      const unsaved = ide.state.files.some((file) => file.path === path && file.modified);
      if (unsaved && ui.state.confirmClose !== path) {
        const text = words.closeUnsaved(baseName(path));
        ui.update({ confirmClose: path, notice: { tone: 'plain', text } });
        return;
      }
      if (ui.state.confirmClose === path) ui.update({ confirmClose: null, notice: null });
      ide.closeFile(path);
    },
    create: (path, kind) =>
      attempt(words.create(path), async () => {
        if (kind === 'directory') {
          await ide.createDirectory(path);
        } else {
          await ide.createFile(path);
          await show(path);
          ui.update({ reviewId: null, pane: 'code', treeOpen: false });
        }
        await ide.refreshFileTree();
      }),
    rename: (oldPath, newPath) =>
      attempt(words.rename(baseName(oldPath)), async () => {
        await ide.renameFile(oldPath, newPath);
        await ide.refreshFileTree();
      }),
    remove: (path, recursive) =>
      attempt(words.remove(baseName(path)), async () => {
        await ide.deleteFile(path, { recursive });
        await ide.refreshFileTree();
      }),
    refreshTree: () => attempt(words.tree, () => ide.refreshFileTree()),

    save: async () => {
      const path = ide.state.activePath;
      if (path === null) return false;
      return attempt(words.save(baseName(path)), async () => {
        const saved = await ide.saveFile(path);
        ui.update({ savedHashes: { ...ui.state.savedHashes, [path]: saved.hash } });
      });
    },
    resolveConflict: (path, keep) =>
      attempt(words.save(baseName(path)), async () => {
        const { hash } = await ide.resolveConflict(path, keep);
        if (keep === 'mine') ui.update({ savedHashes: { ...ui.state.savedHashes, [path]: hash } });
      }),

    run: (language) =>
      attempt(words.run, async () => {
        ui.update({ chatRun: false });
        showDrawer('output');
        await ide.runCode(language === undefined ? {} : { language });
      }),
    runSnippet: (language, code) =>
      attempt(words.run, async () => {
        ui.update({ chatRun: true });
        if (ui.state.mode === 'canvas') showDrawer('output');
        await ide.runCode({ language, code });
      }),
    stopRun: () => ide.stopRun(),
    insert(text) {
      if (ide.state.activePath === null) {
        ui.update({ mode: 'canvas', notice: { tone: 'plain', text: words.insertNeedsFile } });
      } else {
        ui.update({ mode: 'canvas', pane: 'code', insertion: { text } });
      }
    },

    scan: async () => {
      const path = ide.state.activePath;
      if (path === null) return false;
      showDrawer('findings');
      return attempt(words.scan(baseName(path)), async () => {
        await ide.scanFile(path);
      });
    },
    fix: (path, rule) =>
      attempt(words.fix, async () => {
        const answer = await ide.chat(`/fix ${path} ${rule}`);
        const [diffId] = answer.diffs;
        if (diffId !== undefined) await review(diffId);
      }),
    goTo: (path, line, column) =>
      attempt(words.open(path), async () => {
        await show(path);
        ui.update({ reviewId: null, pane: 'code', jump: { path, line, column } });
      }),

    // A failed answer shows in its place in the conversation, so no notice repeats it.
    ask: async (message) => {
      try {
        await ide.chat(message);
        return true;
      } catch {
        return false;
      }
    },
    review: (diffId) => attempt(words.review, () => review(diffId)),
    endReview: () => ui.update({ reviewId: null }),
    async apply(diffId) {
      const path = ide.state.diffs.find((one) => one.diff_id === diffId)?.path;
      const applied = await attempt(words.apply, async () => {
        await ide.applyDiff(diffId);
        endReviewOf(diffId);
      });
      // What the change has mended must not stay on the list, nor underlined in the text.
      if (applied && path !== undefined && ide.state.scans[path]) {
        void attempt(words.scan(baseName(path)), async () => {
          await ide.scanFile(path);
        });
      }
      return applied;
    },
    reject: (diffId) =>
      attempt(words.reject, async () => {
        await ide.rejectDiff(diffId);
        endReviewOf(diffId);
      }),
    resolveApproval: (approvalId, decision, scope = 'once') =>
      attempt(words.approval, async () => {
        await ide.resolveApproval(approvalId, decision, { scope });
      }),
  };
}
