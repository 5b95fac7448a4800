import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { FakeClient } from './support/fake-client.ts';
import { approval, diffEntry, finding, scanResult } from './support/samples.ts';
import { cleanUp, clientWithFiles, mount, sizes } from './support/mount.ts';

cleanUp();

const { state: _, ...diff } = diffEntry();

async function violations(): Promise<string[]> {
  // The test page is not ours; only what the element brings is judged.
  const { violations: found } = await axe.run('ide-assistant', { resultTypes: ['violations'] });
  return found.flatMap((rule) =>
    rule.nodes.map(
      (node) => `${rule.id}: ${node.target.flat().join(' ')} ${node.failureSummary ?? ''}`,
    ),
  );
}

async function fill(client: FakeClient): Promise<void> {
  client.deliver('ai_delta', {
    message_id: 'm',
    delta: 'Read `eval` in [the manual](https://docs.example.org/).\n\n```python\nprint(1)\n```\n',
  });
  client.deliver('ai_tool', {
    message_id: 'm',
    tool: 'security_scan',
    arguments: {},
    status: 'blocked',
    result: 'no',
  });
  client.deliver('diff', diff);
  client.deliver('approval_required', approval());
  await expect.element(page.getByRole('button', { name: 'Apply' }).first()).toBeVisible();
}

describe.each(['light', 'dark'])('in %s', (theme) => {
  test('the launcher has no accessibility fault', async () => {
    const { client } = await mount({ theme });
    client.deliver('approval_required', approval());
    await expect.element(page.getByRole('button', { name: /1 waiting/ })).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  test.each(Object.entries(sizes))('nor has the panel, %s', async (_name, size) => {
    const { client } = await mount({ theme, mode: 'expanded' }, clientWithFiles({}, null), size);
    await expect.element(page.getByRole('textbox', { name: 'Message' })).toBeVisible();
    expect(await violations()).toEqual([]);
    await fill(client);
    expect(await violations()).toEqual([]);
    client.setStatus(
      { state: 'reconnecting', attempt: 1, retryAt: Date.now() + 60_000, code: 1006, reason: '' },
      1,
    );
    await expect.element(page.getByRole('button', { name: 'Retry' })).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  test('nor has the wide canvas with files, findings and a proposal', async () => {
    const client = clientWithFiles({ 'app.py': 'value = eval(text)\n' });
    client.answer('security_scan', () =>
      scanResult([
        finding(),
        finding({ rule: 'a', severity: 'medium' }),
        finding({ rule: 'b', severity: 'low' }),
      ]),
    );
    await mount({ theme, mode: 'canvas' }, client);
    await fill(client);
    await page.getByRole('button', { name: 'Files' }).first().click();
    await expect.element(page.getByRole('treeitem', { name: 'app.py' })).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.getByRole('treeitem', { name: 'app.py' }).click();
    await expect.element(page.getByRole('textbox', { name: 'Editor, app.py' })).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect.element(page.getByText('Risk 8.5 / 10')).toBeVisible();
    expect(await violations()).toEqual([]);
    await page.getByRole('button', { name: 'Review' }).first().click();
    await expect
      .element(page.getByRole('textbox', { name: 'Proposed change of app.py' }))
      .toBeVisible();
    expect(await violations()).toEqual([]);
  });

  test('nor has the narrow canvas in any of its columns', async () => {
    const client = clientWithFiles({ 'app.py': 'value = 1\n' });
    await mount({ theme, mode: 'canvas' }, client, sizes.narrow);
    for (const name of ['Chat', 'Code', 'Output']) {
      await page.getByRole('tab', { name, exact: true }).first().click();
      await expect
        .element(page.getByRole('tab', { name, exact: true }).first())
        .toHaveAttribute('aria-selected', 'true');
      expect(await violations()).toEqual([]);
    }
  });
});

test('the status dot holds still for who wants less motion', async () => {
  const rules = [...(await import('../src/styles/dot.ts')).dotStyles.styleSheet!.cssRules];
  const media = rules.filter((rule) => rule instanceof CSSMediaRule);
  expect(media.map((rule) => rule.conditionText)).toEqual(['(prefers-reduced-motion: reduce)']);
  expect(media[0]!.cssText).toContain('animation: auto ease 0s 1 normal none running none');
});
