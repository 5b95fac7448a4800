import axe from 'axe-core';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { TestLog, type AuditEntry } from '../../sdk/test/verify/test-log.ts';
import { refusal } from './support/fake-ide.ts';
import { cleanUp, clientWithFiles, focused, mount } from './support/mount.ts';

cleanUp();
afterEach(() => {
  vi.unstubAllGlobals();
});

const dialog = page.getByRole('dialog', { name: 'Signed log entry' });
const verified = page.getByRole('button', { name: 'verified' });
const broken = page.getByRole('button', { name: 'Proof broken' });

let log: TestLog;
let entry: AuditEntry;
let later: AuditEntry;

beforeAll(async () => {
  log = await TestLog.create(7);
  // As the fake client names the entry of each of its replies.
  await log.append({ id: 'v_1' });
  await log.grow(3);
  entry = await log.entry('v_1', { size: 8 });
  later = await log.entry('v_1', { since: 8 });
});

const url = 'wss://host.example/ide/ws';

/** Saves a file, whose proof the server then answers for. */
async function save(answer: () => object, attributes: Record<string, string> = { url }) {
  const keys = vi.fn((_address: string) => Promise.resolve(Response.json(log.keys)));
  vi.stubGlobal('fetch', keys);
  const client = clientWithFiles({ 'app.py': 'print(1)\n' });
  client.answer('audit_get', answer);
  const { element } = await mount({ mode: 'canvas', ...attributes }, client);
  await page.getByRole('button', { name: 'Files' }).first().click();
  await page.getByRole('treeitem', { name: 'app.py' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect.element(verified).toBeVisible();
  return { client, element, keys };
}

async function remove(element: Element): Promise<void> {
  element.remove();
  await expect.element(verified).not.toBeInTheDocument();
}

describe('the proof of a save', () => {
  test('is checked in this browser, with keys from beside the endpoint, when it is opened', async () => {
    const { client, keys } = await save(() => entry);
    expect(client.sent.some(({ type }) => type === 'audit_get')).toBe(false);
    await verified.click();
    await expect.element(dialog.getByText('Checked in this browser')).toBeVisible();
    await expect.element(dialog).toMatchTextContent(/first check here.*ada.*file save app\.py/);
    expect(keys.mock.calls.map(([address]) => address)).toEqual([
      'https://host.example/ide/jwks.json',
    ]);
    expect(client.last('audit_get').input).toEqual({ verification_id: 'v_1' });
  });

  test('is opened and left by keys, which leaves the canvas open', async () => {
    await save(() => entry);
    verified.element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(dialog).toBeVisible();
    await dialog.getByText('For other tools').click();
    await expect.element(dialog).toMatchTextContent(/v_1[^]*7[^]*log\.example/);
    await userEvent.keyboard('{Escape}');
    await expect.element(dialog).not.toBeInTheDocument();
    await vi.waitFor(() => expect(focused()).toBe(verified.element()));
    await expect.element(page.getByRole('separator')).toBeVisible();
  });

  test('is held against what this browser saw of the log before a reload', async () => {
    const first = await save(() => entry);
    await verified.click();
    await expect.element(dialog.getByText('Checked in this browser')).toBeVisible();
    await remove(first.element);
    const { client, keys } = await save(() => later);
    await verified.click();
    await expect.element(dialog).toMatchTextContent(/consistent with the checkpoint of size 8/);
    expect(client.last('audit_get').input).toEqual({ verification_id: 'v_1', since: 8 });
    expect(keys).not.toHaveBeenCalled();
  });

  test('raises an alarm where the log was set back, also on the button', async () => {
    const first = await save(() => later);
    await verified.click();
    await expect.element(dialog.getByText('Checked in this browser')).toBeVisible();
    await remove(first.element);
    await save(() => entry);
    await verified.click();
    const alarm = dialog.getByRole('alert');
    await expect.element(alarm).toMatchTextContent(/Proof broken.*entries were taken away/);
    await expect.element(dialog.getByText('ada')).not.toBeInTheDocument();
    await expect.element(broken).toBeVisible();
  });

  test('raises an alarm over an entry that was changed', async () => {
    const payload = btoa(atob(entry.envelope.payload).replace('"ada"', '"eve"'));
    const envelope = { ...entry.envelope, payload };
    await save(() => ({ ...entry, envelope, line: JSON.stringify(envelope) }));
    await verified.click();
    await expect
      .element(dialog.getByRole('alert'))
      .toMatchTextContent(/changed after it was signed/);
  });

  test('is no alarm where nothing can be checked', async () => {
    await save(() => entry, {});
    await verified.click();
    await expect
      .element(dialog)
      .toMatchTextContent(/Cannot be checked here.*Nothing was found wrong/);
    await expect.element(page.getByRole('button', { name: 'unverified' })).toBeVisible();
    await expect.element(dialog.getByRole('alert')).toMatchTextContent(/^\s*$/);
  });

  test('says why it could not be fetched, and tries again when it is opened again', async () => {
    const { client } = await save(() => entry);
    client.answer('audit_get', () => {
      throw refusal('audit_unavailable', 'The log is closed.');
    });
    await verified.click();
    await expect.element(dialog).toMatchTextContent(/could not be fetched\. The log is closed\./);
    client.answer('audit_get', () => entry);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await verified.click();
    await expect.element(dialog.getByText('Checked in this browser')).toBeVisible();
  });

  test.each(['light', 'dark'])('has no accessibility fault, in %s', async (theme) => {
    const violations = async () => {
      const { violations: found } = await axe.run('ide-assistant', {
        resultTypes: ['violations'],
      });
      return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join()}`));
    };
    const first = await save(() => later, { url, theme });
    await verified.click();
    await expect.element(dialog.getByText('Checked in this browser')).toBeVisible();
    await dialog.getByText('For other tools').click();
    expect(await violations()).toEqual([]);
    await remove(first.element);
    await save(() => entry, { url, theme });
    await verified.click();
    await expect.element(broken).toBeVisible();
    expect(await violations()).toEqual([]);
  });
});
