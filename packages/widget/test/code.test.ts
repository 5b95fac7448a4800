import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { FileSaveEvent } from '../src/element.ts';
import { diffEntry, finding, hashOf, run, scanResult } from './support/samples.ts';
import { cleanUp, clientWithFiles, focused, mount } from './support/mount.ts';

cleanUp();

const editor = () => page.getByRole('textbox', { name: 'Editor, app.py' });
const { state: _, ...diff } = diffEntry();
const files = { 'app.py': 'value = eval(text)\nprint(value)\n', 'notes.md': '# Notes\n' };

/** Opens the canvas with `app.py` in the editor. */
async function openFile() {
  const client = clientWithFiles(files);
  const { element } = await mount({ mode: 'canvas' }, client);
  await page.getByRole('button', { name: 'Files' }).first().click();
  await page.getByRole('treeitem', { name: 'app.py' }).click();
  await expect.element(editor()).toBeVisible();
  return { client, element };
}

describe('a file', () => {
  test('opens from the tree into the editor', async () => {
    const { client } = await openFile();
    expect(client.last('file_open').input).toEqual({ path: 'app.py' });
    await expect.element(page.getByRole('tree')).not.toBeInTheDocument();
    await vi.waitFor(() => expect(focused()).toBe(editor().element()));
    await expect.element(editor()).toMatchTextContent(/value = eval\(text\)/);
  });

  test('is marked while unsaved, and saved by the keyboard', async () => {
    const { client, element } = await openFile();
    const saves: FileSaveEvent[] = [];
    element.addEventListener('ida-file-save', (event) => saves.push(event));
    await editor().click();
    await userEvent.keyboard('{Control>}{Home}{/Control}# top');
    await expect.element(page.getByText('Unsaved', { exact: true })).toBeVisible();
    await userEvent.keyboard('{Control>}s{/Control}');
    await expect.element(page.getByText('Saved ✓')).toBeVisible();
    expect(client.last('file_save').input).toEqual({
      path: 'app.py',
      content: `# top${files['app.py']}`,
      base_hash: hashOf('a'),
    });
    expect(saves.map(({ path, hash }) => ({ path, hash }))).toEqual([
      { path: 'app.py', hash: hashOf('c') },
    ]);
  });

  test('that changed elsewhere asks which version stays', async () => {
    const { client } = await openFile();
    await editor().click();
    await userEvent.keyboard('mine ');
    client.deliver('file_update', {
      path: 'app.py',
      hash: hashOf('f'),
      origin: 'grace',
      content: 'theirs',
    });
    await expect.element(page.getByText('This file changed elsewhere.')).toBeVisible();
    await page.getByRole('button', { name: 'Save mine over it' }).click();
    await vi.waitFor(() => expect(client.last('file_save').input['base_hash']).toBe(hashOf('f')));
  });

  test('takes in what others wrote, and stays where the cursor is', async () => {
    const { client } = await openFile();
    client.deliver('file_update', {
      path: 'app.py',
      hash: hashOf('f'),
      origin: 'grace',
      content: 'value = 1\nprint(value)\n',
    });
    await expect.element(editor()).toMatchTextContent(/value = 1/);
    await expect.element(page.getByText('Unsaved', { exact: true })).not.toBeInTheDocument();
  });

  test('with unsaved changes closes only when asked twice', async () => {
    await openFile();
    await editor().click();
    await userEvent.keyboard('x');
    const close = page.getByRole('button', { name: 'Close app.py' });
    await close.click();
    await expect.element(page.getByText(/app\.py has unsaved changes/)).toBeVisible();
    await expect.element(editor()).toBeVisible();
    await close.click();
    await expect.element(page.getByText('No file is open')).toBeVisible();
  });

  test('keeps its undo history while another one is shown', async () => {
    await openFile();
    await editor().click();
    await userEvent.keyboard('{Control>}{Home}{/Control}zz');
    await userEvent.keyboard('{Control>}b{/Control}');
    await page.getByRole('treeitem', { name: 'notes.md' }).click();
    await expect
      .element(page.getByRole('textbox', { name: 'Editor, notes.md' }))
      .toHaveTextContent('# Notes');
    await page.getByRole('button', { name: /^app\.py/ }).click();
    await editor().click();
    await userEvent.keyboard('{Control>}z{/Control}');
    await expect.element(page.getByText('Unsaved', { exact: true })).not.toBeInTheDocument();
  });
});

describe('the tree', () => {
  test('makes a file by its name and opens it', async () => {
    const client = clientWithFiles(files);
    client.answer('file_create', ({ path }) => ({ path, size: 0, hash: hashOf('e') }));
    await mount({ mode: 'canvas' }, client);
    await page.getByRole('button', { name: 'Files' }).first().click();
    await page.getByRole('button', { name: 'New file' }).last().click();
    await userEvent.keyboard('new.py{Enter}');
    await expect.element(page.getByRole('textbox', { name: 'Editor, new.py' })).toBeVisible();
    expect(client.last('file_create').input).toMatchObject({ path: 'new.py' });
  });

  test('opens with the name field when a new file is asked for, and makes way for it', async () => {
    const client = clientWithFiles(files);
    client.answer('file_create', ({ path }) => ({ path, size: 0, hash: hashOf('e') }));
    await mount({ mode: 'canvas' }, client);
    await page.getByRole('button', { name: 'New file' }).click();
    const name = page.getByRole('textbox', { name: 'File name' });
    await vi.waitFor(() => expect(focused()).toBe(name.element()));
    await userEvent.keyboard('new.py{Enter}');
    const text = page.getByRole('textbox', { name: 'Editor, new.py' });
    await vi.waitFor(() => expect(focused()).toBe(text.element()));
    await expect.element(page.getByRole('tree')).not.toBeInTheDocument();
    await userEvent.keyboard('{Control>}b{/Control}');
    await expect.element(page.getByRole('tree')).toBeVisible();
  });

  test('is walked by arrow keys, renames by F2, and asks before it deletes', async () => {
    const client = clientWithFiles(files);
    await mount({ mode: 'canvas' }, client);
    await expect.element(page.getByText('No file is open')).toBeVisible();
    await userEvent.keyboard('{Control>}b{/Control}');
    await vi.waitFor(() => expect(focused()?.getAttribute('data-path')).toBe('app.py'));
    await userEvent.keyboard('{ArrowDown}');
    await vi.waitFor(() => expect(focused()?.getAttribute('data-path')).toBe('notes.md'));
    await userEvent.keyboard('{Delete}');
    await page.getByRole('button', { name: 'Keep' }).click();
    expect(client.sent.some((request) => request.type === 'file_delete')).toBe(false);
    (page.getByRole('treeitem', { name: 'notes.md' }).element() as HTMLElement).focus();
    await userEvent.keyboard('{F2}');
    const name = page.getByRole('textbox', { name: 'File name' });
    await name.fill('log.md');
    await userEvent.keyboard('{Enter}');
    expect(client.last('file_rename').input).toEqual({ old_path: 'notes.md', new_path: 'log.md' });
  });
});

describe('a run', () => {
  test('starts by Ctrl+Enter, streams into the drawer and tells how it ended', async () => {
    const { client } = await openFile();
    await editor().click();
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    const request = client.last('code_execute');
    expect(request.input).toEqual({
      language: 'python',
      code: files['app.py'],
      file_path: 'app.py',
    });
    client.deliver(
      'execution_start',
      { execution_id: 'x', language: 'python', code_preview: '' },
      request.requestId,
    );
    client.deliver('execution_output', {
      execution_id: 'x',
      output: 'line one\n',
      stream: 'stdout',
    });
    await expect.element(page.getByText('line one')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Stop' })).toBeVisible();
    request.reply({ ...run().result, execution_id: 'x', stdout: 'line one\n' });
    await expect.element(page.getByText('Exit 0 · 0.4 s')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Run', exact: true })).toBeVisible();
  });

  test('runs in the language chosen', async () => {
    const { client } = await openFile();
    await page.getByRole('combobox', { name: 'Language' }).selectOptions('bash');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    expect(client.last('code_execute').input).toMatchObject({ language: 'bash' });
  });

  test('that a policy blocks says why', async () => {
    const { client } = await openFile();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    const { AssistantError } = await import('@ide-assistant/sdk');
    client.last('code_execute').fail(new AssistantError('blocked', 'No network in this project.'));
    await expect.element(page.getByText('Blocked', { exact: true })).toBeVisible();
    await expect
      .element(page.getByText('The run failed. Blocked by policy: No network in this project.'))
      .toBeVisible();
  });
});

describe('a scan', () => {
  test('lists the findings with severity, line and risk, and marks them in the text', async () => {
    const { client, element } = await openFile();
    client.answer('security_scan', () =>
      scanResult([
        finding({ column: 9, end_column: 19 }),
        finding({ rule: 'py/x', severity: 'low', fixable: false }),
      ]),
    );
    await page.getByRole('button', { name: 'Scan' }).click();
    expect(client.last('security_scan').input).toEqual({ file_path: 'app.py' });
    await expect.element(page.getByText('Risk 8.5 / 10')).toBeVisible();
    await expect.element(page.getByText('Critical')).toBeVisible();
    await expect.element(page.getByText('Low', { exact: true })).toBeVisible();
    expect(page.getByRole('button', { name: /^Fix py/ }).elements()).toHaveLength(1);
    const pane = element
      .shadowRoot!.querySelector('ida-shell')!
      .shadowRoot!.querySelector('ida-code-pane')!;
    const text = pane.shadowRoot!.querySelector('ida-editor')!.shadowRoot!;
    await vi.waitFor(() =>
      expect(text.querySelector('.cm-lintRange-error')?.textContent).toBe('eval(text)'),
    );
  });

  test('says that it is of the saved file while there are changes', async () => {
    const { client } = await openFile();
    client.answer('security_scan', () => scanResult([finding()]));
    await page.getByRole('button', { name: 'Scan' }).click();
    await expect.element(page.getByText('Risk 8.5 / 10')).toBeVisible();
    const note = page.getByText(/findings of the saved file/);
    await expect.element(note).not.toBeInTheDocument();
    await editor().click();
    await userEvent.keyboard('x');
    await expect.element(note).toBeVisible();
  });

  test('asks for a fix in the chat; the proposal can be applied in the chat and below the editor', async () => {
    const { client } = await openFile();
    client.answer('security_scan', () => scanResult([finding()]));
    await page.getByRole('button', { name: 'Scan' }).click();
    await page.getByRole('button', { name: /^Fix py\/eval/ }).click();
    const request = client.last('chat');
    expect(request.input['message']).toBe('/fix app.py py/eval');
    client.deliver('ai_delta', { message_id: 'm', delta: 'One fix.' }, request.requestId);
    client.deliver('diff', diff, request.requestId);
    request.reply({
      message: {
        id: 'm',
        role: 'assistant',
        content: 'One fix.',
        timestamp: '2026-01-01T00:00:00.000Z',
      },
      diffs: ['d_1'],
    });
    const bar = page.getByRole('group', { name: 'Proposed change of app.py' });
    await expect.element(bar).toMatchTextContent(/app\.py\s+1 change\s+\+2\s+−1/);
    await expect.element(bar.getByRole('button', { name: 'Reject' })).toBeVisible();
    await vi.waitFor(() =>
      expect(page.getByRole('button', { name: 'Apply' }).elements()).toHaveLength(2),
    );
    await expect
      .element(page.getByRole('textbox', { name: 'Proposed change of app.py' }))
      .toMatchTextContent(/ast\.literal_eval\(text\)/);
    client.answer('security_scan', () => scanResult([]));
    await bar.getByRole('button', { name: 'Apply' }).click();
    expect(client.last('diff_apply').input).toEqual({ diff_id: 'd_1' });
    client
      .last('diff_apply')
      .reply({ diff_id: 'd_1', path: 'app.py', hash: hashOf('f'), hunks: ['h_1'] });
    await expect.element(page.getByText('Applied ✓')).toBeVisible();
    await expect.element(bar).not.toBeInTheDocument();
    await expect.element(page.getByText('Nothing found.')).toBeVisible();
  });
});

test('code of an answer goes into the open file at the cursor', async () => {
  const { client } = await openFile();
  client.deliver('ai_delta', { message_id: 'm', delta: '```py\ninserted = 1\n```\n' }, 'r');
  await page.getByRole('button', { name: 'Insert' }).click();
  await expect.element(editor()).toMatchTextContent(/inserted = 1/);
});

describe('the editor', () => {
  test('completes words of the language and names of the file, and closes brackets', async () => {
    await openFile();
    await editor().click();
    await userEvent.keyboard('{Control>}{End}{/Control}');
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(async () => {
      await userEvent.keyboard('(');
      expect(editor().element().textContent).toContain('()');
    });
    await userEvent.keyboard('{Enter}contin');
    await expect.element(page.getByRole('option', { name: 'continue' })).toBeVisible();
    await userEvent.keyboard('{Escape}{Enter}valu');
    await expect.element(page.getByRole('option', { name: /^value/ })).toBeVisible();
  });

  test('searches by Ctrl+F, also the first time', async () => {
    await openFile();
    await editor().click();
    await userEvent.keyboard('{Control>}f{/Control}');
    await expect.element(page.getByRole('textbox', { name: 'Find' })).toBeVisible();
    await userEvent.keyboard('print{Escape}');
    await expect.element(page.getByRole('textbox', { name: 'Find' })).not.toBeInTheDocument();
    await expect.element(editor()).toBeVisible();
  });
});
