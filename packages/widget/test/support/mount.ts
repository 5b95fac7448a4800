import { afterEach, expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import '../../src/index.ts';
import type { IdeAssistant } from '../../src/element.ts';
import { createFakeClient, type FakeClient } from './fake-client.ts';
import { hashOf } from './samples.ts';

/** Screen sizes of the tests, in pixels. */
export const sizes = { wide: [1280, 800], narrow: [380, 760] } as const;

/** Puts an element with a fake client on the page. */
export async function mount(
  attributes: Record<string, string> = {},
  client: FakeClient = createFakeClient(),
  size: readonly [number, number] = sizes.wide,
): Promise<{ element: IdeAssistant; client: FakeClient }> {
  await page.viewport(...size);
  const element = document.createElement('ide-assistant');
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.client = client;
  document.body.append(element);
  await vi.waitFor(() => expect(client.bound).toBe(true), { timeout: 10_000 });
  await element.updateComplete;
  return { element, client };
}

/** Takes every element off the page, and forgets what was remembered, after each test. */
export function cleanUp(): void {
  afterEach(() => {
    for (const element of document.querySelectorAll('ide-assistant')) element.remove();
    localStorage.clear();
    document.documentElement.removeAttribute('style');
  });
}

/** A client whose workspace holds files with the given contents. */
export function clientWithFiles(files: Record<string, string>, model?: string | null): FakeClient {
  const client = createFakeClient(model);
  client.answer('directory_list', () => ({
    tree: Object.keys(files).map((path) => ({ name: path, path, kind: 'file' })),
    file_count: Object.keys(files).length,
    truncated: false,
  }));
  client.answer('file_open', ({ path }) => ({
    path,
    content: files[path] ?? '',
    encoding: 'utf8',
    size: 1,
    hash: hashOf('a'),
    language: path.endsWith('.py') ? 'python' : 'text',
    modified_at: '2026-01-01T00:00:00.000Z',
  }));
  client.answer('file_save', ({ path, content }) => ({
    path,
    size: content.length,
    hash: hashOf('c'),
  }));
  return client;
}

/** The element with the focus, through all shadow roots. */
export function focused(): Element | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}
