import { mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OperationContext } from '../../src/operations/handler.ts';
import { handlers } from '../../src/operations/index.ts';
import { confinePath, openWorkspace, type Workspace } from '../../src/workspace/index.ts';

describe('what was judged as a file and is a directory when its turn comes', () => {
  let root: string;
  let workspace: Workspace;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'judged-'));
    mkdirSync(join(root, 'thing'));
    writeFileSync(join(root, 'thing/inside.txt'), 'kept');
    workspace = await openWorkspace({ root });
  });
  afterEach(async () => {
    await workspace.close();
    rmSync(root, { recursive: true });
  });

  const contextWith = (paths: Record<string, string>): OperationContext =>
    ({
      session: { workspace: () => Promise.resolve(workspace) },
      paths: Object.fromEntries(
        Object.entries(paths).map(([field, path]) => [field, confinePath(path)]),
      ),
      facts: { isDirectory: false },
      principal: { kind: 'user', userId: 'u', roles: [] },
      tell: () => undefined,
    }) as unknown as OperationContext;

  test('is not deleted', async () => {
    const deleting = handlers.file_delete.execute(
      { path: 'thing', recursive: true },
      contextWith({ path: 'thing' }),
    );
    await expect(deleting).rejects.toMatchObject({ code: 'not_a_file' });
    expect(existsSync(join(root, 'thing/inside.txt'))).toBe(true);
  });

  test('is not moved', async () => {
    const moving = handlers.file_rename.execute(
      { old_path: 'thing', new_path: 'other' },
      contextWith({ old_path: 'thing', new_path: 'other' }),
    );
    await expect(moving).rejects.toMatchObject({ code: 'conflict' });
    expect(existsSync(join(root, 'thing/inside.txt'))).toBe(true);
  });
});
