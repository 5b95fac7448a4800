import { createDirectory, hashOf, kindOf, writeFile } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { announceWritten } from './announce-written.ts';
import { fieldPath } from './field-path.ts';
import { found } from './found.ts';
import type { OperationHandler } from './handler.ts';

const nothing = new Uint8Array();

/** Creates a file or directory where nothing is yet. */
export const fileCreate: OperationHandler<'file_create'> = {
  describe: ({ content = '', kind }) => ({
    size: Buffer.byteLength(content),
    isDirectory: kind === 'directory',
  }),
  scanned: ({ path, content }) => (content ? { content, path } : null),
  async tookEffect({ content = '', kind = 'file' }, { session, paths, alerts }) {
    const path = fieldPath(paths, 'path');
    const workspace = await session.workspace();
    const bytes = kind === 'file' ? Buffer.from(content) : nothing;
    const hash = hashOf(bytes);
    const isThere =
      kind === 'file'
        ? (await currentHash(workspace, path)) === hash
        : (await kindOf(workspace, path)) === 'directory';
    return isThere ? { path: path.path, size: bytes.length, hash, ...found(alerts) } : null;
  },
  async execute({ content = '', kind = 'file' }, context) {
    const { parts, session, paths, principal } = context;
    const path = fieldPath(paths, 'path');
    const workspace = await session.workspace();
    if (kind === 'directory') {
      await createDirectory(workspace, path);
      session.publish('session_update', {
        update_type: 'directory_created',
        details: { path: path.path, origin: principal.userId },
      });
      return { path: path.path, size: 0, hash: hashOf(nothing) };
    }
    const written = await writeFile(workspace, path, Buffer.from(content), {
      maxBytes: parts.limits.fileBytes,
      fileTypes: parts.fileTypes,
      mode: 'create',
      makeParents: true,
    });
    return announceWritten(context, path, written);
  },
};
