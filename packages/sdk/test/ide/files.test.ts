import { describe, expect, it, vi } from 'vitest';
import { hashOf } from '../support/operations.ts';
import { bench, gate } from './support.ts';

describe('a file', () => {
  it('is opened once, made active, edited and saved with its base and proof', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', 'one');
    const [first, second] = await Promise.all([ide.openFile('a.py'), ide.openFile('a.py')]);
    expect(second).toBe(first);
    expect(server.received.filter(({ type }) => type === 'file_open')).toHaveLength(1);
    expect(ide.state.activePath).toBe('a.py');

    const before = ide.state;
    ide.setContent('a.py', 'two');
    expect(before.files[0]?.content).toBe('one');
    expect(ide.state.files[0]).toMatchObject({
      content: 'two',
      savedContent: 'one',
      modified: true,
    });

    const reply = await ide.saveFile();
    expect(server.received.at(-1)).toMatchObject({ base_hash: hashOf('one'), content: 'two' });
    expect(server.files.get('a.py')?.content).toBe('two');
    const { verified, verification_id, timestamp } = reply;
    expect(ide.state.files[0]).toEqual({
      ...{ path: 'a.py', content: 'two', savedContent: 'two', hash: hashOf('two') },
      ...{ language: 'python', modified: false, saving: false },
      proof: { verified, verification_id, timestamp },
    });
  });

  it('keeps what was typed when it is opened again', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', 'one');
    server.write('b.py', '');
    await ide.openFile('a.py');
    ide.setContent('a.py', 'typed');
    await ide.openFile('b.py');
    expect(await ide.openFile('a.py')).toMatchObject({ content: 'typed', modified: true });
    expect(ide.state.activePath).toBe('a.py');
  });

  it('that is typed in while it is saved stays modified', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', 'one');
    await ide.openFile('a.py');
    ide.setContent('a.py', 'two');
    let conflicts = 0;
    ide.subscribe(({ files }) => (conflicts += files[0]?.conflict ? 1 : 0));
    const saving = ide.saveFile('a.py');
    expect(ide.state.files[0]?.saving).toBe(true);
    ide.setContent('a.py', 'three');
    await saving;
    expect(conflicts).toBe(0);
    expect(ide.state.files[0]).toMatchObject({
      savedContent: 'two',
      content: 'three',
      modified: true,
    });
  });

  it('saved again before the first answer is no conflict with itself', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', 'one');
    await ide.openFile('a.py');
    const saves = ['two', 'three', 'four'].map((content) => {
      ide.setContent('a.py', content);
      return ide.saveFile('a.py');
    });
    await Promise.all(saves);
    expect(server.files.get('a.py')?.content).toBe('four');
    expect(ide.state.files[0]).toMatchObject({ modified: false, saving: false });
    expect(ide.state.files[0]).not.toHaveProperty('conflict');
  });

  it('saved while disconnected is saved once after the reconnect', async () => {
    await using it = await bench();
    const { server, client, ide } = it;
    server.write('a.py', 'one');
    await ide.openFile('a.py');
    ide.setContent('a.py', 'two');
    await it.lose();
    const saving = ide.saveFile();
    expect(ide.state.queued).toBe(client.queued);
    await saving;
    expect(server.received.filter(({ type }) => type === 'file_save')).toHaveLength(1);
    expect(ide.state.queued).toBe(0);
  });

  it('changed by another in between is a conflict, which either side can win', async () => {
    await using it = await bench();
    const { server, ide } = it;
    for (const path of ['a.py', 'b.py']) {
      server.write(path, 'one');
      await ide.openFile(path);
      ide.setContent(path, 'mine');
      server.write(path, 'theirs');
      await expect(ide.saveFile(path)).rejects.toMatchObject({ code: 'conflict' });
      await expect(ide.saveFile(path)).rejects.toMatchObject({ code: 'conflict' });
    }
    const conflict = { currentHash: hashOf('theirs') };
    expect(ide.state.files).toMatchObject([{ conflict, saving: false }, { conflict }]);

    const mine = await ide.resolveConflict('a.py', 'mine');
    expect(mine).toMatchObject({ content: 'mine', modified: false });
    expect(mine).not.toHaveProperty('conflict');
    expect(server.files.get('a.py')?.content).toBe('mine');

    const theirs = await ide.resolveConflict('b.py', 'theirs');
    expect(theirs).toMatchObject({ content: 'theirs', modified: false });
    expect(theirs).not.toHaveProperty('conflict');
  });

  it('follows the changes of others where nothing typed would be lost', async () => {
    await using it = await bench();
    const { server, ide } = it;
    for (const path of ['with.py', 'without.py', 'typed.py']) {
      server.write(path, 'one');
      await ide.openFile(path);
    }
    ide.setContent('typed.py', 'mine');
    for (const path of ['with.py', 'without.py', 'typed.py']) {
      server.write(path, 'theirs');
      const content = path === 'with.py' ? { content: 'theirs' } : {};
      server.session.emit('file_update', {
        path,
        hash: hashOf('theirs'),
        origin: 'bob',
        ...content,
      });
    }
    const { files } = await it.until((state) => state.files[1]?.content === 'theirs');
    expect(files).toMatchObject([
      { content: 'theirs', modified: false, hash: hashOf('theirs') },
      { content: 'theirs', modified: false, hash: hashOf('theirs') },
      { content: 'mine', modified: true, conflict: { currentHash: hashOf('theirs') } },
    ]);
  });

  it('that changed while disconnected is found by the snapshot', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('a.py', 'one');
    await ide.openFile('a.py');
    server.session.epoch = 'e_restarted';
    server.write('a.py', 'theirs');
    await it.cut();
    const { files } = await it.until((state) => state.files[0]?.content === 'theirs');
    expect(files[0]).toMatchObject({ modified: false, hash: hashOf('theirs') });
  });

  it('deleted by another is closed, unless something was typed: that can be saved as a new one', async () => {
    await using it = await bench();
    const { server, ide } = it;
    for (const path of ['a.py', 'b.py']) {
      server.write(path, 'one');
      await ide.openFile(path);
    }
    ide.setContent('a.py', 'typed');
    for (const path of ['a.py', 'b.py']) {
      server.files.delete(path);
      server.session.emit('file_update', { path, hash: null, origin: 'bob' });
    }
    const { files } = await it.until((state) => state.files.length === 1);
    expect(files).toMatchObject([{ path: 'a.py', content: 'typed', modified: true, hash: '' }]);
    await ide.saveFile('a.py');
    expect(server.files.get('a.py')?.content).toBe('typed');
  });

  it('activates its neighbour when it is closed', async () => {
    await using it = await bench();
    const { server, ide } = it;
    for (const path of ['a', 'b', 'c']) {
      server.write(path, '');
      await ide.openFile(path);
    }
    ide.activateFile('b');
    ide.closeFile('b');
    expect(ide.state.activePath).toBe('c');
    ide.closeFile('c');
    expect(ide.state.activePath).toBe('a');
    ide.closeFile('a');
    expect(ide.state).toMatchObject({ files: [], activePath: null });
  });

  it('that is not open cannot be edited, activated or saved', async () => {
    await using it = await bench();
    const { ide } = it;
    expect(() => ide.setContent('a', '')).toThrow(expect.objectContaining({ code: 'not_found' }));
    expect(() => ide.activateFile('a')).toThrow(expect.objectContaining({ code: 'not_found' }));
    await expect(ide.saveFile()).rejects.toMatchObject({ code: 'not_found' });
    await expect(ide.openFile('a')).rejects.toMatchObject({ code: 'not_found' });
    expect(ide.state.files).toEqual([]);
  });
});

describe('the tree', () => {
  it('follows what is created, renamed and deleted, once it was loaded', async () => {
    await using it = await bench();
    const { server, ide } = it;
    await ide.createFile('src/a.py', 'one');
    expect(server.received.some(({ type }) => type === 'directory_list')).toBe(false);
    await ide.refreshFileTree();
    const paths = () => ide.state.tree.map(({ path }) => path).join();
    expect(paths()).toBe('src/a.py');

    await ide.openFile('src/a.py');
    await ide.renameFile('src/a.py', 'src/b.py');
    expect(ide.state).toMatchObject({ activePath: 'src/b.py', files: [{ path: 'src/b.py' }] });
    await it.until(() => paths() === 'src/b.py');

    await ide.deleteFile('src/b.py');
    expect(ide.state).toMatchObject({ activePath: null, files: [] });
    await it.until(() => paths() === '');
    await ide.createDirectory('docs');
    expect(server.received.findLast(({ type }) => type === 'file_create')).toMatchObject({
      kind: 'directory',
    });
  });

  it('renames and closes what is open below a directory', async () => {
    await using it = await bench();
    const { server, ide } = it;
    server.write('lib', '');
    for (const path of ['lib/a', 'library']) {
      server.write(path, '');
      await ide.openFile(path);
    }
    await ide.renameFile('lib', 'core');
    expect(ide.state.files.map(({ path }) => path)).toEqual(['core/a', 'library']);
    server.write('core', '');
    await ide.deleteFile('core', { recursive: true });
    expect(ide.state.files.map(({ path }) => path)).toEqual(['library']);
  });

  it('is loaded once more, not fifty times, for fifty changes', async () => {
    await using it = await bench();
    const { server, ide } = it;
    await ide.refreshFileTree();
    const { held, open } = gate();
    const list = server.handlers['directory_list']!;
    server.handlers['directory_list'] = async (input, context) => (
      await held,
      list(input, context)
    );
    for (let index = 0; index < 50; index++) server.write(`f${index}`, '');
    for (let index = 0; index < 50; index++) {
      server.session.emit('file_update', { path: `f${index}`, hash: hashOf(''), origin: 'bob' });
    }
    await vi.waitFor(() =>
      expect(server.received.filter(({ type }) => type === 'directory_list')).toHaveLength(2),
    );
    open();
    await it.until(({ tree }) => tree.length === 50);
    await it.client.request('ping', {}).catch(() => {});
    expect(
      server.received.filter(({ type }) => type === 'directory_list').length,
    ).toBeLessThanOrEqual(3);
  });
});
