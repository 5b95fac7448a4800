import type { Client } from '../client.ts';
import { randomId } from '../environment.ts';
import { AssistantError, isAssistantError } from '../errors.ts';
import type { EventMessage, OutputOf, Proof } from '../protocol/index.ts';
import type { OpenFile } from './state.ts';
import { replaceWhere, type Store } from './store.ts';
import type { Tree } from './tree.ts';

/** The files in the editor. */
export interface Files {
  open(path: string): Promise<OpenFile>;
  setContent(path: string, content: string): void;
  activate(path: string): void;
  close(path: string): void;
  save(path?: string): Promise<OutputOf<'file_save'>>;
  resolveConflict(path: string, keep: 'mine' | 'theirs'): Promise<OpenFile>;
  create(path: string, content?: string): Promise<OutputOf<'file_create'>>;
  createDirectory(path: string): Promise<OutputOf<'file_create'>>;
  delete(path: string, options?: { recursive?: boolean }): Promise<OutputOf<'file_delete'>>;
  rename(oldPath: string, newPath: string): Promise<OutputOf<'file_rename'>>;
  /** Closes what was at `path` or below it. */
  removed(path: string): void;
  /** Takes the news that a file changed. */
  updated(event: EventMessage<'file_update'>): void;
  /** Compares the open files with the versions of a snapshot. */
  compare(versions: readonly { path: string; hash: string }[]): void;
}

/** Opens, edits and saves files. */
export function createFiles(client: Client, store: Store, tree: Tree): Files {
  const opening = new Map<string, Promise<OpenFile>>();
  const saves = new Map<string, Promise<unknown>>();
  // The events of our own saves arrive before their replies.
  const ownSaves = new Set<string>();

  const find = (path: string) => store.state.files.find((file) => file.path === path);
  const change = (path: string, edit: (file: OpenFile) => OpenFile) =>
    store.set({ files: replaceWhere(store.state.files, (file) => file.path === path, edit) });
  const demand = (path: string | null | undefined): OpenFile => {
    const file = path ? find(path) : undefined;
    if (!file) throw new AssistantError('not_found', `Not open: ${path ?? 'no file is active'}`);
    return file;
  };

  async function load(path: string): Promise<OpenFile> {
    const { content, hash, language } = await client.request('file_open', { path });
    const loaded = { path, content, savedContent: content, hash, language };
    const file: OpenFile = { ...loaded, modified: false, saving: false };
    const files = store.state.files.filter((other) => other.path !== path);
    store.set({ files: [...files, file], activePath: path });
    return file;
  }

  function open(path: string): Promise<OpenFile> {
    const present = find(path);
    if (present) {
      store.set({ activePath: path });
      return Promise.resolve(present);
    }
    const running = opening.get(path) ?? load(path).finally(() => opening.delete(path));
    opening.set(path, running);
    return running;
  }

  function close(path: string): void {
    const { files, activePath } = store.state;
    const index = files.findIndex((file) => file.path === path);
    if (index < 0) return;
    const rest = files.filter((file) => file.path !== path);
    const neighbour = rest[Math.min(index, rest.length - 1)]?.path ?? null;
    store.set({ files: rest, activePath: activePath === path ? neighbour : activePath });
  }

  // Saves of one file wait for each other, or the second would be a conflict with the first.
  async function save(
    path: string,
    content: string,
    baseHash?: string,
  ): Promise<OutputOf<'file_save'>> {
    change(path, (file) => ({ ...file, saving: true }));
    const before = saves.get(path) ?? Promise.resolve();
    const running = before.then(
      () => write(path, content, baseHash),
      () => write(path, content, baseHash),
    );
    saves.set(path, running);
    try {
      return await running;
    } finally {
      if (saves.get(path) === running) {
        saves.delete(path);
        change(path, (file) => ({ ...file, saving: false }));
      }
    }
  }

  async function write(
    path: string,
    content: string,
    forced?: string,
  ): Promise<OutputOf<'file_save'>> {
    const baseHash = forced ?? find(path)?.hash;
    const requestId = randomId();
    ownSaves.add(requestId);
    try {
      const input = { path, content, ...(baseHash ? { base_hash: baseHash } : {}) };
      const reply = await client.request('file_save', input, { requestId });
      const { verified, verification_id, timestamp, hash } = reply;
      const proof: Proof = { verified, verification_id, timestamp };
      change(path, ({ conflict: _, ...file }) => saved({ ...file, proof }, content, hash));
      return reply;
    } catch (error) {
      if (isAssistantError(error) && error.code === 'conflict') {
        const found = error.details?.['current_hash'];
        const currentHash = typeof found === 'string' ? found : '';
        change(path, (file) => ({ ...file, conflict: { currentHash } }));
      }
      throw error;
    } finally {
      ownSaves.delete(requestId);
    }
  }

  async function reload(path: string): Promise<OpenFile> {
    const { content, hash } = await client.request('file_open', { path });
    change(path, ({ conflict: _, ...file }) => saved({ ...file, content }, content, hash));
    return demand(path);
  }

  // Another version is on the server: take it where nothing would be lost, else let the person say.
  function changedElsewhere(path: string, hash: string, content?: string): void {
    const file = find(path);
    if (!file || file.hash === hash) return;
    const conflicting = () => change(path, (it) => ({ ...it, conflict: { currentHash: hash } }));
    if (content !== undefined && (!file.modified || file.content === content)) {
      change(path, ({ conflict: _, ...it }) => saved({ ...it, content }, content, hash));
    } else if (file.modified) {
      conflicting();
    } else {
      client.request('file_open', { path }).then((reply) => {
        const now = find(path);
        if (now && !now.modified) {
          change(path, ({ conflict: _, ...it }) =>
            saved({ ...it, content: reply.content }, reply.content, reply.hash),
          );
        } else if (now && now.hash !== reply.hash) conflicting();
      }, conflicting);
    }
  }

  function removed(path: string): void {
    for (const file of store.state.files) if (isWithin(path, file.path)) close(file.path);
    tree.touched();
  }

  return {
    open,
    close,
    removed,
    setContent(path, content) {
      demand(path);
      change(path, (file) => ({ ...file, content, modified: content !== file.savedContent }));
    },
    activate(path) {
      demand(path);
      store.set({ activePath: path });
    },
    async save(path) {
      const file = demand(path ?? store.state.activePath);
      return save(file.path, file.content);
    },
    async resolveConflict(path, keep) {
      const { content, conflict } = demand(path);
      if (keep === 'theirs') return reload(path);
      await save(path, content, conflict?.currentHash);
      return demand(path);
    },
    async create(path, content) {
      const input = content === undefined ? { path } : { path, content };
      const reply = await client.request('file_create', input);
      tree.touched();
      return reply;
    },
    async createDirectory(path) {
      const reply = await client.request('file_create', { path, kind: 'directory' });
      tree.touched();
      return reply;
    },
    async delete(path, options = {}) {
      const reply = await client.request('file_delete', { path, ...options });
      removed(path);
      return reply;
    },
    async rename(oldPath, newPath) {
      const paths = { old_path: oldPath, new_path: newPath };
      const reply = await client.request('file_rename', paths);
      const moved = (path: string) => newPath + path.slice(oldPath.length);
      const { files, activePath } = store.state;
      store.set({
        files: replaceWhere(
          files,
          (file) => isWithin(oldPath, file.path),
          (file) => ({ ...file, path: moved(file.path) }),
        ),
        activePath:
          activePath !== null && isWithin(oldPath, activePath) ? moved(activePath) : activePath,
      });
      tree.touched();
      return reply;
    },
    updated({ path, hash, content, request_id }) {
      if (request_id !== undefined && ownSaves.has(request_id)) return;
      if (hash !== null) {
        changedElsewhere(path, hash, content);
      } else {
        const file = find(path);
        if (file && !file.modified) close(path);
        // What was typed stays, and saving it makes the file anew.
        else change(path, (it) => ({ ...it, savedContent: '', hash: '', modified: true }));
      }
      tree.touched();
    },
    compare(versions) {
      for (const { path, hash } of versions) changedElsewhere(path, hash);
    },
  };
}

function saved<File extends Omit<OpenFile, 'conflict'>>(
  file: File,
  savedContent: string,
  hash: string,
): File {
  return { ...file, savedContent, hash, modified: file.content !== savedContent };
}

function isWithin(ancestor: string, path: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}/`);
}
