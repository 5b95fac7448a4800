import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, missing, run, type Verdict } from './programs.ts';

const source = fileURLToPath(new URL('tlog-check', import.meta.url));
const libraries = '/usr/share/gocode';

/** The built program of the folder `tlog-check`. */
export interface TlogCheck {
  ask(name: 'log' | 'inclusion' | 'consistency' | 'tree', question: object): Promise<Verdict>;
}

/** Builds the program in a directory, without a network and without a trace in the user's caches. */
export async function buildTlogCheck(directory: string): Promise<TlogCheck> {
  const go = await findGo();
  if (!existsSync(join(libraries, 'src/golang.org/x/mod/sumdb/tlog'))) {
    throw missing('golang.org/x/mod', 'golang-golang-x-mod-dev');
  }
  const program = join(directory, 'tlog-check');
  const files = (await readdir(source)).map((name) => join(source, name));
  await run(go, ['build', '-o', program, ...files], {
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: libraries,
      GOCACHE: join(directory, 'cache'),
      GOFLAGS: '',
    },
  });
  return { ask: (name, question) => ask(program, [name], { question }) };
}

/** Debian keeps the versions of Go apart and puts none of them on the path by itself. */
async function findGo(): Promise<string> {
  const versions = await readdir('/usr/lib').catch(() => []);
  const candidates = [
    ...(process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'go')),
    ...versions.filter((name) => /^go-\d/.test(name)).map((name) => `/usr/lib/${name}/bin/go`),
  ];
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw missing('Go', 'golang-go');
  return found;
}
