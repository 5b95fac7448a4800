import { createClient, type Client, type ClientOptions, type IdeState } from '@ide-assistant/sdk';
import { sessionKey, type Memory } from './state/memory.ts';
import type { Store } from './state/store.ts';
import type { UiState } from './state/ui.ts';
import { createWorkspace, type Workspace } from './state/workspace.ts';

/** Where to connect, and as whom. */
export interface Target {
  /** Address of the endpoint; relative to `base`. */
  url: string;
  base: string;
  /** Session asked for, or null for the one remembered with the address, else a new one. */
  session: string | null;
  token: ClientOptions['token'];
}

/** A workspace with the way to end it. */
export interface Binding {
  readonly workspace: Workspace;
  release(): void;
}

/**
 * Binds an interface to a server or to a ready client, and connects. `rebind` is called when a
 * remembered session turned out to be somebody else's: it can belong to whoever used this browser
 * before, and must not lock the present person out. It is forgotten by then.
 */
export function bind(
  target: Target | Client,
  ui: Store<UiState>,
  memory: Memory,
  observe: (state: IdeState) => void,
  rebind: () => void,
): Binding {
  const owned = 'url' in target ? target : null;
  const key = owned ? sessionKey(owned.url, owned.base) : '';
  const remembered = owned && owned.session === null ? memory.read(key) : null;
  const client =
    'url' in target ? createClient(clientOptions(target, target.session ?? remembered)) : target;
  const workspace = createWorkspace(client, ui);

  const remember = ({ status }: IdeState): void => {
    if (!owned) return;
    if (status.state === 'connected') {
      memory.write(key, status.connect.session_id);
    } else if (status.state === 'closed' && status.code === 4403 && remembered !== null) {
      memory.write(key, null);
      rebind();
    }
  };
  const stop = workspace.ide.subscribe((state) => {
    observe(state);
    remember(state);
  });
  observe(workspace.ide.state);
  remember(workspace.ide.state);
  client.connect();

  return {
    workspace,
    release() {
      stop();
      workspace.ide.close();
      if (owned) client.close();
    },
  };
}

function clientOptions({ url, token }: Target, sessionId: string | null): ClientOptions {
  return {
    url,
    ...(token === undefined ? {} : { token }),
    ...(sessionId === null ? {} : { sessionId }),
  };
}
