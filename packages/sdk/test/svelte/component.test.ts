import type { Component } from 'svelte';
import type { render } from 'svelte/server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { chromium, type Browser, type Page } from 'playwright';
import { TestServer } from '../support/server.ts';
import { bundle } from './bundle.ts';

vi.setConfig({ testTimeout: 30_000 });

let browser: Browser;
let script: string;
let page: Page;
let server: TestServer;

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  script = await bundle(
    `import { mount, unmount } from 'svelte';
    import Editor from './editor.svelte';
    let editor;
    globalThis.show = (url) => {
      editor = mount(Editor, { target: document.body, props: { url } });
    };
    globalThis.hide = () => unmount(editor);`,
    'client',
  );
}, 60_000);

afterAll(() => browser.close());

beforeEach(async () => {
  server = await TestServer.start();
  page = await browser.newPage();
  await page.addScriptTag({ content: script, type: 'module' });
});

afterEach(async () => {
  await page.close();
  await server.stop();
});

describe('a Svelte component with a client', () => {
  it('connects by one socket while it is mounted, and shows each change', async () => {
    let sockets = 0;
    page.on('websocket', () => sockets++);
    await page.evaluate(`show(${JSON.stringify(server.url)})`);
    await page.getByText('connected', { exact: true }).waitFor();
    expect(sockets).toBe(1);
    server.closeSockets(4403);
    await page.getByText('closed', { exact: true }).waitFor();
    expect(server.handshakes).toHaveLength(1);
  });

  it('closes its client after it has gone', async () => {
    await page.evaluate(`show(${JSON.stringify(server.url)})`);
    await page.getByText('connected', { exact: true }).waitFor();
    await page.evaluate('hide()');
    await vi.waitFor(() => expect(server.sockets).toEqual([]), 10_000);
    expect(server.handshakes).toHaveLength(1);
  });
});

it('renders on a server without opening a connection or touching a global', async () => {
  const code = await bundle(
    `export { render } from 'svelte/server';
    export { default as Editor } from './editor.svelte';`,
    'server',
  );
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
  const { render: draw, Editor } = (await import(url)) as {
    render: typeof render;
    Editor: Component<{ url: string }>;
  };
  const touched = vi.fn();
  for (const name of ['addEventListener', 'setTimeout', 'setInterval', 'WebSocket']) {
    vi.stubGlobal(name, touched);
  }
  const before = Object.getOwnPropertyNames(globalThis);
  const { body } = draw(Editor, { props: { url: 'ws://test/' } });
  expect(body).toContain('<p>idle</p>');
  expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  expect(touched).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});
