import { execFileSync } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort, startExample, temporaryDirectory } from './start-process.ts';

const demo = join(import.meta.dirname, '..', 'demo');
let browser: Browser;

beforeAll(async () => {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: demo, stdio: 'inherit' });
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
  });
}, 120_000);

afterAll(() => browser?.close());

test('a person goes from the launcher to the canvas, writes, saves and runs a program', async () => {
  const { page } = await openDemo();
  await openCanvas(page);

  await createFile(page, 'hello.py');
  await write(page, 'print("Hello World")');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved ✓').waitFor();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('tabpanel', { name: 'Output' }).getByText('Hello World').waitFor();

  await page.getByRole('button', { name: 'verified' }).click();
  await page.getByText('Checked in this browser', { exact: true }).waitFor();

  await page.reload();
  await openCanvas(page);
  await page.getByRole('button', { name: 'Files' }).last().click();
  await page.getByRole('treeitem', { name: /hello.py/ }).waitFor();
}, 60_000);

test('a person scans a file, takes the fix that is offered and rejects another', async () => {
  const { page } = await openDemo();
  await openCanvas(page);
  const vulnerable = 'answer = eval(user_input)';

  await createFile(page, 'bad.py');
  await write(page, vulnerable);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved ✓').waitFor();
  await page.getByRole('button', { name: 'Scan', exact: true }).click();
  const findings = page.getByRole('tabpanel', { name: 'Findings' });
  await findings
    .getByText(/critical/i)
    .first()
    .waitFor();
  await findings.getByText(/Risk \d+(\.\d)? \/ 10/).waitFor();

  await findings
    .getByRole('button', { name: /^Fix .*, line/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Reject' }).first().click();
  await page.getByText('Rejected').first().waitFor();
  expect(await text(page)).toBe(vulnerable);

  await findings
    .getByRole('button', { name: /^Fix .*, line/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Apply', exact: true }).first().click();
  await page.getByText('Applied').first().waitFor();
  await expect.poll(() => text(page)).toContain('ast.literal_eval(user_input)');
}, 60_000);

test('a message that is typed while the server is gone is sent when it is back, once', async () => {
  const { page, server, restart } = await openDemo();
  await page.getByRole('button', { name: /^Open assistant/ }).click();
  const widget = page.locator('ide-assistant');
  await widget.getByText('Connected').first().waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');

  await server.kill();
  await widget
    .getByText(/Reconnecting/)
    .first()
    .waitFor();
  const composer = page.getByRole('textbox', { name: /message/i });
  await composer.fill('/help');
  await page.keyboard.press('Enter');
  await widget.getByText(/1 queued/).waitFor();

  await restart();
  await widget.getByText('Connected').first().waitFor({ state: 'attached', timeout: 40_000 });
  await widget.locator('.dot.good').first().waitFor();
  await widget.getByText('shows this list').first().waitFor();
  expect(await widget.getByText('shows this list').count()).toBe(1);
}, 90_000);

async function startDemo() {
  const port = await freePort();
  const environment = {
    PORT: String(port),
    IDE_DATA: await temporaryDirectory(),
    IDE_NO_INSTALL: '1',
  };
  const start = () => startExample('demo', environment, /The assistant is at/);
  return { origin: `http://localhost:${port}`, server: await start(), restart: start };
}

async function openDemo() {
  const { origin, server, restart } = await startDemo();
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(`${origin}/`);
  return { page, server, restart };
}

async function openCanvas(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Open assistant/ }).click();
  await page.getByRole('button', { name: 'Open canvas' }).click();
}

async function createFile(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Files' }).last().click();
  await page.getByRole('button', { name: 'New file' }).first().click();
  const field = page.getByRole('textbox', { name: 'File name' });
  await field.fill(name);
  await field.press('Enter');
  await page.getByRole('list', { name: 'Open files' }).getByText(name).waitFor();
  await page.locator('.cm-content').waitFor();
}

async function write(page: Page, content: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(content);
}

async function text(page: Page): Promise<string> {
  return (await page.locator('.cm-content .cm-line').allInnerTexts()).join('\n').trim();
}

test('the demo’s token is for its own page: not for another site, nor for a name that was made to point here', async () => {
  const { origin } = await startDemo();
  const statusFor = (headers: Record<string, string>) =>
    postWithHeaders(`${origin}/demo-token`, headers);
  expect(await statusFor({})).toBe(200);
  expect(await statusFor({ origin: 'https://evil.example' })).toBe(404);
  expect(await statusFor({ host: 'evil.example', origin: 'http://evil.example' })).toBe(404);
});

/** fetch may not set Host and Origin; a plain request may. */
function postWithHeaders(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
