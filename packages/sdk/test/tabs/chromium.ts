import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type BrowserContext, type Page } from 'playwright';
import type { PageMode } from './page-script.ts';

const script = fileURLToPath(new URL('page-script.ts', import.meta.url));

/** A real browser, and a host that serves it the page of `page-script.ts`. */
export interface Chromium extends AsyncDisposable {
  /** Begins anew, without tabs and with empty storages. */
  profile(): Promise<Profile>;
}

/** Tabs that have their storages in common. */
export interface Profile extends AsyncDisposable {
  readonly context: BrowserContext;
  /** Opens a tab whose client talks to `url`. */
  open(url: string, mode: PageMode): Promise<Page>;
  /** Stops all that runs in a tab, until the returned function is called. */
  block(page: Page): Promise<() => void>;
}

export async function startChromium(): Promise<Chromium> {
  const { outputFiles } = await build({
    ...{ entryPoints: [script], bundle: true, format: 'esm', target: 'es2022', write: false },
  });
  const { contents } = outputFiles[0]!;
  const waiting = new EventEmitter<{ blocked: [ServerResponse] }>();
  const host = createServer(({ url }, response) => {
    if (url === '/block') return void waiting.emit('blocked', response);
    const isScript = url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? contents : '<script type="module" src="/page.js"></script>');
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  });

  async function block(page: Page): Promise<() => void> {
    const blocked = once(waiting, 'blocked') as Promise<[ServerResponse]>;
    void page.evaluate(() => {
      // A request that is not asynchronous holds up the page until it is answered.
      const request = new XMLHttpRequest();
      request.open('GET', '/block', false);
      request.send();
    });
    const [response] = await blocked;
    return () => void response.end();
  }

  return {
    async profile() {
      const context = await browser.newContext();
      return {
        ...{ context, block },
        async open(url, mode) {
          const page = await context.newPage();
          await page.goto(`${origin}/?${new URLSearchParams({ url, mode }).toString()}`);
          await ready(page);
          return page;
        },
        [Symbol.asyncDispose]: () => context.close(),
      };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      host.closeAllConnections();
      await new Promise((resolve) => host.close(resolve));
    },
  };
}

/** Waits until the script of the page has made its client. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => 'assistant' in globalThis);
}

/** Waits until the client of the page is connected. */
export async function connected(page: Page): Promise<void> {
  await page.waitForFunction(() => assistant.client.status.state === 'connected');
}
