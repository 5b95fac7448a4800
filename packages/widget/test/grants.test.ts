import type { Grant } from '@ide-assistant/sdk/protocol';
import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { refusal } from './support/fake-ide.ts';
import { cleanUp, clientWithFiles, mount } from './support/mount.ts';

cleanUp();

const list = page.getByRole('list', { name: 'Allowed for this session' });
const takeBack = page.getByRole('button', { name: 'Take back: npm test … in app' });

function grant(patch: Partial<Grant> = {}): Grant {
  return {
    grant_id: 'gr_1',
    approval_id: 'a_1',
    action: 'ide_terminal_command',
    covers: 'npm test … in app',
    granted_to: 'grace',
    assistant: true,
    granted_by: 'ada',
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: '2026-01-01T08:00:00.000Z',
    ...patch,
  };
}

/** Opens the approvals of the canvas on a server where this passes unasked. */
async function openApprovals(grants: Grant[], attributes: Record<string, string> = {}) {
  const client = clientWithFiles({});
  const holds = [...grants];
  client.answer('approval_list', () => ({ approvals: [], grants: [...holds] }));
  client.answer('grant_revoke', ({ grant_id }) => {
    holds.splice(
      holds.findIndex((one) => one.grant_id === grant_id),
      1,
    );
    client.deliver('session_update', { update_type: 'grant_revoked', details: { grant_id } });
    return { grant_id };
  });
  await mount({ mode: 'canvas', ...attributes }, client);
  await page.getByRole('tab', { name: 'Approvals' }).click();
  return { client, holds };
}

describe('what was allowed for the session', () => {
  test('is listed with what passes, for whom, how long and by whom', async () => {
    await openApprovals([grant()]);
    const time = new Date(grant().expires_at).toLocaleTimeString([], { timeStyle: 'short' });
    await expect.element(list.getByText('npm test … in app')).toBeVisible();
    const facts = `For the assistant of grace, until ${time}, allowed by ada`;
    await expect.element(list.getByText(facts)).toBeVisible();
  });

  test('is taken back by a button, and is gone from the list', async () => {
    const { client } = await openApprovals([
      grant(),
      grant({ grant_id: 'gr_2', covers: 'file save notes.md', assistant: false }),
    ]);
    await takeBack.click();
    expect(client.last('grant_revoke').input).toEqual({ grant_id: 'gr_1' });
    await expect.element(takeBack).not.toBeInTheDocument();
    await expect.element(list).toMatchTextContent('file save notes.md For grace,');
  });

  test('appears when somebody allows a request, and goes when somebody else takes it back', async () => {
    const { client, holds } = await openApprovals([]);
    const { grant_id } = grant();
    const told = (update_type: string) =>
      client.deliver('session_update', { update_type, details: { grant_id } });
    await expect.poll(() => client.sent.some(({ type }) => type === 'approval_list')).toBe(true);
    holds.push(grant());
    told('grant_added');
    await expect.element(takeBack).toBeVisible();
    holds.pop();
    told('grant_revoked');
    await expect.element(takeBack).not.toBeInTheDocument();
  });

  test('stays listed, with the reason, for somebody who may not take it back', async () => {
    const { client } = await openApprovals([grant()]);
    await expect.element(takeBack).toBeVisible();
    client.answer('grant_revoke', () => {
      throw refusal('forbidden', 'A viewer may not do this.');
    });
    await takeBack.click();
    await expect
      .element(page.getByText('It is still allowed. A viewer may not do this.'))
      .toBeVisible();
    await expect.element(takeBack).toBeVisible();
  });

  test('is asked for again on the next connection', async () => {
    const { client, holds } = await openApprovals([]);
    const { status } = client;
    client.setStatus({ state: 'connecting', attempt: 0 } as never);
    holds.push(grant());
    client.setStatus(status);
    await expect.element(takeBack).toBeVisible();
  });

  test.each(['light', 'dark'])('has no accessibility fault, in %s', async (theme) => {
    await openApprovals([grant(), grant({ grant_id: 'gr_2' })], { theme });
    await expect.element(takeBack.first()).toBeVisible();
    const { violations } = await axe.run('ide-assistant', { resultTypes: ['violations'] });
    expect(violations).toEqual([]);
  });
});
