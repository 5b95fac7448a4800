import { describe, expect, test } from 'vitest';
import { createActions } from '../../src/state/actions.ts';
import { createUi } from '../../src/state/ui.ts';
import { createFakeIde, refusal } from '../support/fake-ide.ts';
import { diffEntry, hashOf, openFile } from '../support/samples.ts';

function setUp(state: Parameters<typeof createFakeIde>[0] = {}) {
  const ide = createFakeIde(state);
  const ui = createUi('canvas');
  return { ide, ui, actions: createActions(ide, ui) };
}

describe('saving', () => {
  test('remembers what was saved', async () => {
    const { actions, ui } = setUp({ files: [openFile()], activePath: 'app.py' });
    expect(await actions.save()).toBe(true);
    expect(ui.state.savedHashes).toEqual({ 'app.py': hashOf('c') });
  });

  test('says what was blocked and why', async () => {
    const { actions, ide, ui } = setUp({ files: [openFile()], activePath: 'app.py' });
    ide.failNext('saveFile', refusal('blocked', 'Secrets stay out of files.'));
    expect(await actions.save()).toBe(false);
    expect(ui.state.notice).toEqual({
      tone: 'bad',
      text: 'app.py could not be saved. Blocked by policy: Secrets stay out of files.',
    });
    expect(ui.state.savedHashes).toEqual({});
  });

  test.each([
    ['mine', { 'app.py': hashOf('d') }],
    ['theirs', {}],
  ] as const)('settles a conflict with %s', async (keep, savedHashes) => {
    const { actions, ide, ui } = setUp({ files: [openFile()], activePath: 'app.py' });
    await actions.resolveConflict('app.py', keep);
    expect(ide.calls).toContainEqual(['resolveConflict', 'app.py', keep]);
    expect(ui.state.savedHashes).toEqual(savedHashes);
  });
});

describe('closing', () => {
  test('drops unsaved changes only when asked twice', () => {
    const { actions, ide, ui } = setUp({
      files: [openFile({ modified: true })],
      activePath: 'app.py',
    });
    actions.close('app.py');
    expect(ide.state.files).toHaveLength(1);
    expect(ui.state.notice?.text).toContain('unsaved changes');
    actions.close('app.py');
    expect(ide.state.files).toHaveLength(0);
    expect(ui.state.notice).toBeNull();
  });
});

describe('running', () => {
  test('opens the output that the person asked for', async () => {
    const { actions, ide, ui } = setUp({ files: [openFile()], activePath: 'app.py' });
    await actions.run('python');
    expect(ide.calls).toContainEqual(['runCode', { language: 'python' }]);
    expect(ui.state).toMatchObject({ drawerOpen: true, drawerTab: 'output' });
  });

  test('tells nothing when the person stopped it', async () => {
    const { actions, ide, ui } = setUp({ files: [openFile()], activePath: 'app.py' });
    ide.failNext('runCode', refusal('cancelled', 'cancelled'));
    expect(await actions.run()).toBe(false);
    expect(ui.state.notice).toBeNull();
  });
});

describe('a fix', () => {
  test('is asked for in the chat and opens for review', async () => {
    const { actions, ide, ui } = setUp({ diffs: [diffEntry()], files: [openFile()] });
    await actions.fix('app.py', 'py/eval');
    expect(ide.calls).toContainEqual(['chat', '/fix app.py py/eval']);
    expect(ui.state).toMatchObject({ mode: 'canvas', reviewId: 'd_1' });
  });

  test('closes its review once it is applied', async () => {
    const { actions, ide, ui } = setUp({ diffs: [diffEntry()], files: [openFile()] });
    await actions.review('d_1');
    await actions.apply('d_1');
    expect(ide.calls).toContainEqual(['applyDiff', 'd_1']);
    expect(ui.state.reviewId).toBeNull();
  });

  test('stays in review when it cannot be applied', async () => {
    const { actions, ide, ui } = setUp({ diffs: [diffEntry()], files: [openFile()] });
    await actions.review('d_1');
    ide.failNext('applyDiff', refusal('conflict', 'changed'));
    await actions.apply('d_1');
    expect(ui.state.reviewId).toBe('d_1');
    expect(ui.state.notice?.text).toContain('changed elsewhere');
  });
});

test('inserting needs an open file and says so', () => {
  const { actions, ui } = setUp();
  actions.insert('code');
  expect(ui.state).toMatchObject({ insertion: null, mode: 'canvas' });
  expect(ui.state.notice?.text).toBe('Open a file first, then insert.');
});
