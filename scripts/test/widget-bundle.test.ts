import { expect, test } from 'vitest';
import type { Chunk } from '../widget-bundle/chunk-graph.ts';
import { launcherGroup } from '../widget-bundle/launcher-group.ts';
import { fileOf, lateFiles, loadedWith } from '../widget-bundle/loaded-files.ts';

const chunk = (file: string, parts: Partial<Chunk>): Chunk => ({
  file,
  entries: [],
  imports: [],
  dynamicImports: [],
  ...parts,
});

const chunks = [
  chunk('entry.js', {
    entries: ['src/index.ts'],
    imports: ['lit.js'],
    dynamicImports: ['chat.js'],
  }),
  chunk('lit.js', {}),
  chunk('chat.js', {
    entries: ['src/panels/chat/chat.ts'],
    imports: ['lit.js', 'text.js'],
    dynamicImports: ['editor.js'],
  }),
  chunk('text.js', { imports: ['lit.js'] }),
  chunk('editor.js', { entries: ['src/panels/editor/editor.ts'], imports: ['chat.js'] }),
];

test('counts what a file imports, and what that imports, once', () => {
  expect([...loadedWith(chunks, 'chat.js')].toSorted()).toEqual(['chat.js', 'lit.js', 'text.js']);
});

test('does not count what loads later', () => {
  expect([...loadedWith(chunks, 'entry.js')].toSorted()).toEqual(['entry.js', 'lit.js']);
  expect(lateFiles(chunks)).toEqual(['chat.js', 'editor.js']);
});

test('finds a file by the source that begins in it', () => {
  expect(fileOf(chunks, 'src/panels/chat/chat.ts')).toBe('chat.js');
  expect(fileOf(chunks, 'src/none.ts')).toBeUndefined();
});

test('groups what the entry imports before it runs, without the entry and without what is late', () => {
  const imports: Record<string, string[]> = {
    'index.ts': ['element.ts'],
    'element.ts': ['lit', 'index.ts'],
    lit: [],
    'chat.ts': ['lit', 'marked'],
  };
  const graph = {
    getModuleInfo: (id: string) => ({ importedIds: imports[id] ?? [] }),
  };
  const group = launcherGroup('index.ts');
  const grouped = ['index.ts', 'element.ts', 'lit', 'chat.ts', 'marked'].filter(
    (id) => group.name(id, graph) !== null,
  );
  expect(grouped).toEqual(['element.ts', 'lit']);
});
