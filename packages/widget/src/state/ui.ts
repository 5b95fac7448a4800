import type { Mode } from './mode.ts';
import { createStore, type Store } from './store.ts';

/** Tabs of the drawer below the editor. */
export type DrawerTab = 'output' | 'findings' | 'approvals';

/** The one column that shows on a narrow canvas. */
export type Pane = 'chat' | 'code' | 'output';

/** Something that the person should read once. */
export interface Notice {
  tone: 'bad' | 'plain';
  text: string;
}

/** State of the interface that the server knows nothing of. */
export interface UiState {
  mode: Mode;
  treeOpen: boolean;
  drawerOpen: boolean;
  drawerTab: DrawerTab;
  pane: Pane;
  /** The proposal shown in the editor, or null. */
  reviewId: string | null;
  /** Hash of what the person last saved, by path. */
  savedHashes: Readonly<Record<string, string>>;
  notice: Notice | null;
  /** The unsaved file that a second close drops, or null. */
  confirmClose: string | null;
  /** Text on its way into the editor at the cursor. */
  insertion: { text: string } | null;
  /** Whether the tree is to ask for the name of a new file. */
  naming: boolean;
  /** A line to go to in the active file, counted from 1. */
  jump: { path: string; line: number; column: number } | null;
  /** Whether the last run came from the chat and its output belongs there too. */
  chatRun: boolean;
  /** Whether a connection attempt has ended since the element began. */
  settled: boolean;
}

/** Creates the state of an interface that nobody has touched yet. */
export function createUi(mode: Mode): Store<UiState> {
  return createStore<UiState>({
    mode,
    treeOpen: false,
    drawerOpen: false,
    drawerTab: 'output',
    pane: 'chat',
    reviewId: null,
    savedHashes: {},
    notice: null,
    confirmClose: null,
    insertion: null,
    naming: false,
    jump: null,
    chatRun: false,
    settled: false,
  });
}
