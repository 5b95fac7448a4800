import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';

/** What the tests run inside, beside Python and Node. */
const programs = [
  ...['sh', 'bash', 'env', 'cat', 'ls', 'sleep', 'id', 'head', 'cut', 'sort', 'tr', 'mkfifo'],
  ...['chmod', 'echo', 'seq', 'tee', 'rm', 'mkdir', 'stty', 'su', 'setsid', 'ps', 'kill', 'find'],
];

/** Libraries that a program may load by their name, of which its file says nothing. */
const loadable = ['librt.so.1'];

const python = '/usr/bin/python3';
/** Parts of Python's library that take half of its room and that no test imports. */
const leftOut = ['test', 'idlelib', 'lib2to3', 'ensurepip', 'pydoc_data', 'tkinter', 'turtledemo'];

/**
 * Imports an image made of this machine's own files: bash, Python with its library, Node.
 * @returns its name.
 */
export async function importFullImage(engine: Docker, name = 'full:1'): Promise<string> {
  requireFiles([python], 'apt-get install python3');
  const version = `python${execFileSync(python, ['-V'], { encoding: 'utf8' }).split(/[ .]/, 3).slice(1).join('.')}`;
  const library = `/usr/lib/${version}`;
  const extensions = readdirSync(join(library, 'lib-dynload')).map((file) =>
    join(library, 'lib-dynload', file),
  );
  const binaries = [python, ...programs.map((program) => join('/usr/bin', program))];
  requireFiles(binaries, 'apt-get install bash coreutils findutils procps util-linux');

  return importRoot(engine, { name, changes: [] }, (root) => {
    for (const directory of ['bin', 'lib', 'lib64', 'sbin']) {
      if (existsSync(`/${directory}`)) symlinkSync(`usr/${directory}`, join(root, directory));
    }
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    copyFileSync(process.execPath, join(root, 'usr/bin/node'));
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    const libraries = sharedLibraries([...binaries, ...extensions, process.execPath]);
    const system = dirname(libraries.find((path) => /\/libc\.so/.test(path)) ?? '/lib/libc.so.6');
    return [
      ...leftOut.map((part) => `--exclude=${library.slice(1)}/${part}`),
      `--exclude=${library.slice(1)}/config-*`,
      library.slice(1),
      ...withTargets([...binaries, ...libraries, ...loadable.map((name) => join(system, name))]),
    ];
  });
}

/**
 * Imports an image that has nothing but busybox.
 * @param changes lines of a Dockerfile, as `ENV name=value`.
 */
export async function importBusyboxImage(
  engine: Docker,
  name = 'busybox:1',
  changes: readonly string[] = [],
): Promise<string> {
  const busybox = '/bin/busybox';
  requireFiles([busybox], 'apt-get install busybox-static');
  return importRoot(engine, { name, changes }, (root) => {
    mkdirSync(join(root, 'bin'));
    copyFileSync(busybox, join(root, 'bin/busybox'));
    const applets = execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n');
    for (const applet of applets.filter((applet) => applet !== 'busybox')) {
      symlinkSync('busybox', join(root, 'bin', applet));
    }
    return [];
  });
}

/** Imports an image in which nothing can run. */
export function importEmptyImage(engine: Docker, name = 'empty:1'): Promise<string> {
  return importRoot(engine, { name, changes: [] }, () => []);
}

/** Makes a root directory and sends it to the daemon, with files of this machine's own root. */
async function importRoot(
  engine: Docker,
  { name, changes }: { name: string; changes: readonly string[] },
  fill: (root: string) => readonly string[],
): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'image-'));
  // It becomes the image's root, where every user has to pass.
  chmodSync(root, 0o755);
  try {
    for (const directory of ['etc', 'tmp', 'proc', 'dev']) mkdirSync(join(root, directory));
    const hostFiles = fill(root);
    const options = ['--create', '--numeric-owner', '--owner=0', '--group=0'];
    const rest = hostFiles.length === 0 ? [] : [`--directory=/`, ...hostFiles];
    const tar = spawn('tar', [...options, `--directory=${root}`, '.', ...rest], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [repo, tag] = name.split(':');
    const [answer, complaint] = await Promise.all([
      engine
        .importImage(tar.stdout, { repo, tag, changes })
        .then((stream) => text(stream as Readable)),
      text(tar.stderr),
      once(tar, 'close'),
    ]);
    if (tar.exitCode !== 0 || /"error"/.test(answer)) throw new Error(`${complaint} ${answer}`);
    return name;
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** What the dynamic linker loads for these, as it finds it here. */
function sharedLibraries(binaries: readonly string[]): string[] {
  const listing = execFileSync('/usr/bin/ldd', binaries, { encoding: 'utf8' });
  const paths = [...listing.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map(([, path]) => path ?? '');
  return [...new Set(paths)];
}

/** The files with what they link to, each once and relative to the root. */
function withTargets(paths: readonly string[]): string[] {
  const all = paths.flatMap((path) => {
    // The directory may be a link itself, as /lib is into /usr.
    const place = join(realpathSync(dirname(path)), basename(path));
    return [place, realpathSync(path)];
  });
  return [...new Set(all)].map((path) => path.slice(1));
}

function requireFiles(paths: readonly string[], fix: string): void {
  const missing = paths.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`These tests need ${missing.join(', ')}: ${fix}`);
}
