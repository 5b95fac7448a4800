import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  createPolicyEngine,
  type PolicyEngine,
  type PolicyEngineOptions,
  type PolicyReload,
} from '../../src/governance/index.ts';
import { ask } from './requests.ts';

let directory: string;
let file: string;
let engine: PolicyEngine | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'policies-'));
  file = join(directory, 'prod.cedar');
});
afterEach(async () => {
  engine?.close();
  engine = undefined;
  await rm(directory, { recursive: true, force: true });
});

const permitAll = '@id("all") permit (principal, action, resource);';
const reads = '@id("reads") permit (principal, action in IDE::Action::"read", resource);';
const save = ask('file_save', { path: 'a.ts' });

async function open(options: Partial<PolicyEngineOptions> = {}, text = permitAll) {
  const onReload = vi.fn<(reload: PolicyReload) => void>();
  await writeFile(file, text);
  const opened = await createPolicyEngine({
    policyFiles: [file],
    defaults: false,
    onReload,
    ...options,
  });
  engine = opened;
  return { engine: opened, onReload };
}

describe('a changed file', () => {
  test('comes into force when it is read again, for requests asked before too', async () => {
    const { engine, onReload } = await open();
    const previous = engine.version;
    expect(engine.decide(save).effect).toBe('allow');
    await writeFile(file, reads);
    expect(engine.decide(save).effect).toBe('allow');
    const { version, ...told } = await engine.reload();
    expect(told).toEqual({ changed: true });
    expect(version).not.toBe(previous);
    expect(engine.version).toBe(version);
    expect(engine.decide(save)).toMatchObject({ effect: 'block', code: 'NO_PERMIT' });
    expect(onReload.mock.calls).toEqual([[{ ok: true, version, previous }]]);
    await writeFile(file, permitAll);
    await engine.reload();
    expect(engine.decide(save).effect).toBe('allow');
    expect(engine.version).toBe(previous);
  });

  test('that says the same changes nothing', async () => {
    const { engine, onReload } = await open();
    const { version } = engine;
    await writeFile(file, permitAll);
    await expect(engine.reload()).resolves.toEqual({ changed: false, version });
    await writeFile(file, `\n// a word\n${permitAll}`);
    await expect(engine.reload()).resolves.toEqual({ changed: false, version });
    expect(engine.policies.get('all')?.place.line).toBe(3);
    expect(onReload).not.toHaveBeenCalled();
  });

  test.each<[string, () => Promise<void>]>([
    ['does not parse', () => writeFile(file, 'permit (')],
    ['is half written', () => writeFile(file, '')],
    ['is gone', () => rm(file)],
    ['has a policy that can never apply', () => writeFile(file, impossible)],
    ['is not UTF-8', () => writeFile(file, Buffer.from([0xff]))],
  ])('leaves the old policies in force when it %s, and tells so once', async (_what, spoil) => {
    const { engine, onReload } = await open();
    const { version } = engine;
    await spoil();
    for (let time = 0; time < 3; time += 1) {
      await expect(engine.reload()).rejects.toMatchObject({
        code: 'POLICY_INVALID',
        message: expect.stringContaining('prod.cedar:1: ') as string,
      });
    }
    expect(engine.decide(save).effect).toBe('allow');
    expect(onReload).toHaveBeenCalledOnce();
    expect(onReload.mock.calls[0]?.[0]).toMatchObject({ ok: false, version });

    await writeFile(file, permitAll);
    await expect(engine.reload()).resolves.toEqual({ changed: false, version });
    expect(onReload).toHaveBeenLastCalledWith({ ok: true, version, previous: version });
  });

  test('is read in turn by all who ask at once, and the last text holds', async () => {
    const { engine, onReload } = await open();
    await writeFile(file, reads);
    const all = await Promise.all([engine.reload(), engine.reload(), engine.reload()]);
    expect(all.map(({ changed }) => changed)).toEqual([true, false, false]);
    expect(onReload).toHaveBeenCalledOnce();
  });

  test('may change twenty times, and each time all is decided by the set that holds', async () => {
    const { engine } = await open();
    for (let time = 0; time < 20; time += 1) {
      const isOpen = time % 2 === 1;
      await writeFile(file, isOpen ? permitAll : `${reads}// ${time}`);
      await engine.reload();
      expect(engine.decide(save).effect).toBe(isOpen ? 'allow' : 'block');
    }
  });
});

describe('watching', () => {
  test('brings a change into force, and an engine that is closed hears of none', async () => {
    const stop = vi.fn<() => void>();
    let changed = () => {};
    const { engine, onReload } = await open({
      watch: (paths, onChange) => {
        expect(paths).toEqual([file]);
        changed = onChange;
        return stop;
      },
    });
    await writeFile(file, reads);
    changed();
    await vi.waitFor(() => expect(onReload).toHaveBeenCalledOnce());
    expect(engine.decide(save).effect).toBe('block');

    await writeFile(file, 'permit (');
    changed();
    changed();
    await vi.waitFor(() => expect(onReload).toHaveBeenCalledTimes(2));
    expect(onReload.mock.lastCall?.[0].ok).toBe(false);

    engine.close();
    engine.close();
    expect(stop).toHaveBeenCalledOnce();
    await writeFile(file, permitAll);
    await engine.reload().catch(() => undefined);
    expect(engine.decide(save).effect).toBe('block');
  });

  test('is off unless it is asked for, and where there are no files', async () => {
    const watch = vi.fn<() => () => void>(() => () => {});
    const inline = await createPolicyEngine({ policies: permitAll, defaults: false, watch });
    expect(watch).not.toHaveBeenCalled();
    await expect(inline.reload()).resolves.toMatchObject({ changed: false });
    inline.close();
  });

  test('sees a file that is written, replaced, and deployed as a directory by a link', async () => {
    await mkdir(join(directory, 'v1'));
    await mkdir(join(directory, 'v2'));
    await writeFile(join(directory, 'v1/p.cedar'), permitAll);
    await writeFile(join(directory, 'v2/p.cedar'), reads);
    await symlink('v1', join(directory, 'current'));
    await symlink('current/p.cedar', join(directory, 'linked.cedar'));
    const one = permitAll.replace('all', 'one');
    const policyFiles = [file, join(directory, 'linked.cedar')];
    const { engine, onReload } = await open({ policyFiles, watch: true }, one);
    await writeFile(file, permitAll.replace('all', 'every'));
    await vi.waitFor(() => expect(onReload).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    await writeFile(join(directory, 'new'), permitAll.replace('all', 'any'));
    await rename(join(directory, 'new'), file);
    await vi.waitFor(() => expect(onReload).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    await symlink('v2', join(directory, 'next'));
    await rename(join(directory, 'next'), join(directory, 'current'));
    await vi.waitFor(() => expect(onReload).toHaveBeenCalledTimes(3), { timeout: 10_000 });
    expect(engine.policies.get('reads')).toBeDefined();
    expect(onReload.mock.calls.map(([reload]) => reload.ok)).toEqual([true, true, true]);
  });
});

const impossible = `@id("never") permit (principal, action, resource is IDE::Path)
  when { resource is IDE::Workspace };`;
