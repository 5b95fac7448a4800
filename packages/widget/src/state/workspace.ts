import { createIde, type Client, type Ide } from '@ide-assistant/sdk';
import { createActions, type Actions } from './actions.ts';
import type { Store } from './store.ts';
import type { UiState } from './ui.ts';

/** All that a panel needs: the server's side, the interface's side, and what can be done. */
export interface Workspace {
  ide: Ide;
  ui: Store<UiState>;
  actions: Actions;
}

/** Binds a client to an interface. */
export function createWorkspace(client: Client, ui: Store<UiState>): Workspace {
  const ide = createIde(client);
  return { ide, ui, actions: createActions(ide, ui) };
}
