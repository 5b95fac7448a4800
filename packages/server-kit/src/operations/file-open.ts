import { languageOf } from '../hunter/index.ts';
import { readFile } from '../workspace/index.ts';
import type { OperationHandler } from './handler.ts';
import { fieldPath } from './field-path.ts';

/** Reads a file as text, or as base64 where the client asks for bytes. */
export const fileOpen: OperationHandler<'file_open'> = {
  async execute({ encoding = 'utf8' }, { parts, session, paths }) {
    const path = fieldPath(paths, 'path');
    const file = await readFile(await session.workspace(), path, {
      maxBytes: parts.limits.fileBytes,
    });
    return {
      path: path.path,
      content: file.bytes.toString(encoding),
      encoding,
      size: file.size,
      hash: file.hash,
      language: languageOf(path.path),
      modified_at: file.modifiedAt.toISOString(),
    };
  },
};
