import { hashOf, writeFile } from '../workspace/index.ts';
import { currentHash } from './current-hash.ts';
import { announceWritten } from './announce-written.ts';
import { fieldPath } from './field-path.ts';
import { found } from './found.ts';
import { decodeContent, scannableText } from './file-content.ts';
import type { OperationHandler } from './handler.ts';

/** Writes a whole file; with a base hash only over the version that the client has seen. */
export const fileSave: OperationHandler<'file_save'> = {
  describe: ({ content }) => ({ size: Buffer.byteLength(content) }),
  scanned({ path, content, encoding }) {
    const text = scannableText(content, encoding);
    return text === null ? null : { content: text, path };
  },
  async tookEffect({ content, encoding }, { session, paths, alerts }) {
    const path = fieldPath(paths, 'path');
    const bytes = decodeContent(content, encoding);
    const hash = hashOf(bytes);
    if ((await currentHash(await session.workspace(), path)) !== hash) return null;
    return { path: path.path, size: bytes.length, hash, ...found(alerts) };
  },
  async execute({ content, encoding, base_hash }, context) {
    const { parts, session, paths } = context;
    const path = fieldPath(paths, 'path');
    const written = await writeFile(
      await session.workspace(),
      path,
      decodeContent(content, encoding),
      {
        maxBytes: parts.limits.fileBytes,
        fileTypes: parts.fileTypes,
        makeParents: true,
        ...(base_hash === undefined ? {} : { expectedHash: base_hash }),
      },
    );
    return announceWritten(context, path, written);
  },
};
