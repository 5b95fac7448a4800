import { expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { diffEntry, finding, scanResult } from './support/samples.ts';
import { cleanUp, clientWithFiles, mount } from './support/mount.ts';

cleanUp();

const { state: _, ...diff } = diffEntry();

// The policy can only be added, never taken back, so this file holds one test and its page is its own.
test('everything works under a policy without inline styles, images and untrusted markup', async () => {
  const refused: string[] = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    refused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
  const client = clientWithFiles({ 'app.py': 'value = eval(text)\n' });
  client.answer('security_scan', () => scanResult([finding({ column: 9, end_column: 19 })]));
  await mount({ mode: 'expanded' }, client);
  const policy = document.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content =
    "style-src 'self'; img-src 'none'; font-src 'none'; require-trusted-types-for 'script'; trusted-types lit-html";
  document.head.append(policy);
  const probe = document.createElement('div');
  probe.setAttribute('style', 'color: red');
  await vi.waitFor(() => expect(refused.some((line) => line.startsWith('style-src'))).toBe(true));
  refused.length = 0;

  client.deliver('ai_delta', {
    message_id: 'm',
    delta: '# Title\n\n```py\nprint(1)\n```\n\n![x](https://x.example/)\n',
  });
  client.deliver('diff', diff);
  await expect.element(page.getByText('Title')).toBeVisible();
  await page.getByRole('button', { name: 'Open canvas' }).click();
  await page.getByRole('button', { name: 'Files' }).first().click();
  await page.getByRole('treeitem', { name: 'app.py' }).click();
  const editor = page.getByRole('textbox', { name: 'Editor, app.py' });
  await expect.element(editor).toBeVisible();
  await editor.click();
  await userEvent.keyboard('abc');
  await page.getByRole('button', { name: 'Scan' }).click();
  await expect.element(page.getByText('Risk 8.5 / 10')).toBeVisible();
  await page.getByRole('button', { name: 'Review' }).first().click();
  await expect
    .element(page.getByRole('textbox', { name: 'Proposed change of app.py' }))
    .toBeVisible();
  const separator = page.getByRole('separator').element() as HTMLElement;
  separator.focus();
  await userEvent.keyboard('{ArrowRight}');
  expect(refused).toEqual([]);
});
