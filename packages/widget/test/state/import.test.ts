import { expect, test } from 'vitest';

test('the package can be imported where there is no document', async () => {
  expect(typeof document).toBe('undefined');
  const entry = await import('../../src/index.ts');
  const { IdeAssistant } = await import('../../src/element.ts');
  expect(entry.IdeAssistant).toBe(IdeAssistant);
  expect(customElements.get('ide-assistant')).toBe(IdeAssistant);
});

test.each([
  ['the shell', () => import('../../src/panels/shell/shell.ts')],
  ['the code pane', () => import('../../src/panels/code-pane/code-pane.ts')],
  ['the editor', () => import('../../src/panels/editor/editor.ts')],
])('so can %s', async (_name, load) => {
  await expect(load()).resolves.toBeTypeOf('object');
});
