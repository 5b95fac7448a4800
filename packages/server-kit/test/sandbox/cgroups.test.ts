import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCgroups } from '../../src/sandbox/cgroup/cgroups.ts';
import { locateCgroups } from '../../src/sandbox/cgroup/locate.ts';

const limits = { memoryBytes: 268_435_456, pids: 64, cpus: 1 };

describe('locating the server’s own groups', () => {
  const v2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n';
  const v1 =
    '31 25 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n' +
    '32 25 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n';

  test.each([
    [
      'version 2',
      '0::/system.slice/kit.service\n',
      v2,
      { unified: '/sys/fs/cgroup/system.slice/kit.service' },
    ],
    [
      'version 1',
      '8:pids:/\n4:memory:/a/b\n',
      v1,
      { memory: '/sys/fs/cgroup/memory/a/b', pids: '/sys/fs/cgroup/pids' },
    ],
    [
      'controllers that share a hierarchy',
      '3:memory,pids:/a\n',
      '31 25 0:27 / /sys/fs/cgroup/both rw shared:9 - cgroup cgroup rw,memory,pids\n',
      { memory: '/sys/fs/cgroup/both/a', pids: '/sys/fs/cgroup/both/a' },
    ],
    [
      'a container that is shown its own part',
      '4:memory:/docker/abc\n',
      '31 25 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
      { memory: '/sys/fs/cgroup/memory' },
    ],
    [
      'a part that does not hold the group',
      '4:memory:/elsewhere\n',
      '31 25 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n',
      { memory: '' },
    ],
    [
      'a mount point with a blank',
      '0::/a\n',
      '30 23 0:26 / /my\\040cgroup rw - cgroup2 cgroup2 rw\n',
      { unified: '/my cgroup/a' },
    ],
  ])('reads %s', (_, selfCgroup, mountinfo, expected) => {
    expect(locateCgroups(selfCgroup, mountinfo)).toEqual(expected);
  });
});

describe('writing control groups', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cgroup-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const open = (selfCgroup: string, mountinfo: string) => {
    const [cgroupFile, mountinfoFile] = [join(root, 'self'), join(root, 'mounts')];
    writeFileSync(cgroupFile, selfCgroup);
    writeFileSync(mountinfoFile, mountinfo);
    return openCgroups({ cgroupFile, mountinfoFile });
  };
  const openUnified = (procs: string, controllers = 'cpu memory pids') => {
    const own = join(root, 'v2/kit.service');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'cgroup.controllers'), controllers);
    writeFileSync(join(own, 'cgroup.procs'), procs);
    const mounts = `30 23 0:26 / ${join(root, 'v2')} rw - cgroup2 cgroup2 rw\n`;
    return { own, cgroups: open('0::/kit.service\n', mounts) };
  };

  test('version 2: makes room for the server and a limited group for a run', () => {
    const { own, cgroups } = openUnified(`${process.pid}\n`);
    expect(cgroups).toMatchObject({
      version: 2,
      controls: ['memory', 'pids', 'cpu', 'cpuTime', 'freeze'],
    });
    expect(readFileSync(join(own, 'ide-assistant-server/cgroup.procs'), 'utf8')).toBe(
      String(process.pid),
    );
    expect(readFileSync(join(own, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids +cpu');

    const [joinFile = ''] = cgroups?.create(limits).joinFiles ?? [];
    const group = join(joinFile, '..');
    const read = (name: string): string => readFileSync(join(group, name), 'utf8');
    expect(read('memory.max')).toBe('268435456');
    expect(read('memory.oom.group')).toBe('1');
    expect(read('pids.max')).toBe('64');
    expect(read('cpu.max')).toBe('100000 100000');
  });

  test('version 2: does without a share of the processor where that is not handed down', () => {
    const { own, cgroups } = openUnified(`${process.pid}\n`, 'memory pids');
    expect(cgroups?.controls).toEqual(['memory', 'pids', 'cpuTime', 'freeze']);
    expect(readFileSync(join(own, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids');
    const [joinFile = ''] = cgroups?.create(limits).joinFiles ?? [];
    expect(existsSync(join(joinFile, '../cpu.max'))).toBe(false);
  });

  test('version 2: tells processor time, and stops a group until the kernel says that it stands', async () => {
    const group = openUnified(`${process.pid}\n`).cgroups?.create(limits);
    const directory = join(group?.joinFiles[0] ?? '', '..');
    expect(group?.cpuMs()).toBeUndefined();
    writeFileSync(join(directory, 'cpu.stat'), 'usage_usec 12500\nuser_usec 1\n');
    expect(group?.cpuMs()).toBe(12.5);
    writeFileSync(join(directory, 'cgroup.events'), 'populated 1\nfrozen 1\n');
    await group?.freeze();
    expect(readFileSync(join(directory, 'cgroup.freeze'), 'utf8')).toBe('1');
    group?.thaw();
    expect(readFileSync(join(directory, 'cgroup.freeze'), 'utf8')).toBe('0');
  });

  test('version 2: gives a group other limits', () => {
    const group = openUnified(`${process.pid}\n`).cgroups?.create(limits);
    group?.limit({ memoryBytes: 1_048_576, pids: 7, cpus: 0.25 });
    const directory = join(group?.joinFiles[0] ?? '', '..');
    expect(readFileSync(join(directory, 'memory.max'), 'utf8')).toBe('1048576');
    expect(readFileSync(join(directory, 'cpu.max'), 'utf8')).toBe('25000 100000');
  });

  test('version 2: counts the kills of the kernel', () => {
    const group = openUnified(`${process.pid}\n`).cgroups?.create(limits);
    const events = join(group?.joinFiles[0] ?? '', '../memory.events');
    expect(group?.outOfMemoryKills()).toBe(0);
    writeFileSync(events, 'low 0\noom 3\noom_kill 2\n');
    expect(group?.outOfMemoryKills()).toBe(2);
  });

  test.each([
    ['others are in the group', `${process.pid}\n1\n`, 'memory pids'],
    ['a controller is not handed down', `${process.pid}\n`, 'cpu memory'],
  ])('version 2: touches nothing when %s', (_, procs, controllers) => {
    const { own, cgroups } = openUnified(procs, controllers);
    expect(cgroups).toBeUndefined();
    expect(readdirSync(own).toSorted()).toEqual(['cgroup.controllers', 'cgroup.procs']);
  });

  test('version 1: limits memory first and then memory with swap', () => {
    const own = join(root, 'memory');
    mkdirSync(own);
    const cgroups = open('4:memory:/\n', `31 25 0:27 / ${own} rw - cgroup cgroup rw,memory\n`);
    expect(cgroups).toMatchObject({ version: 1, controls: ['memory'] });
    const [joinFile = ''] = cgroups?.create(limits).joinFiles ?? [];
    const limit = readFileSync(join(joinFile, '../memory.limit_in_bytes'), 'utf8');
    expect(limit).toBe('268435456');
  });

  test('clears the groups of a server that is gone, and leaves those of one that lives', () => {
    const own = join(root, 'memory');
    // No kernel gives out this process id.
    const dead = join(own, 'ide-assistant-4194305-aa');
    const living = join(own, `ide-assistant-${process.pid}-bb`);
    for (const directory of [dead, living]) mkdirSync(directory, { recursive: true });
    open('4:memory:/\n', `31 25 0:27 / ${own} rw - cgroup cgroup rw,memory\n`);
    expect([dead, living].map((directory) => existsSync(directory))).toEqual([false, true]);
  });

  test('finds nothing where there are no control groups', () => {
    expect(open('', '')).toBeUndefined();
    expect(openCgroups({ cgroupFile: join(root, 'missing') })).toBeUndefined();
  });
});
