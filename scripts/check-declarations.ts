import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

/** The part of a package.json that says what an install brings along. */
interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * Names the packages that a built file imports. Type declarations often name packages that the
 * sources do not, where the compiler has spelled out an inferred type.
 */
function importedPackages(text: string): string[] {
  const { importedFiles } = ts.preProcessFile(text, true, true);
  return importedFiles
    .map((file) => file.fileName)
    .filter((name) => !name.startsWith('.') && !isBuiltin(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

let red = false;
for (const file of globSync('packages/*/package.json').toSorted()) {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  const installed = new Set([
    manifest.name,
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ]);
  const folder = join(file, '../dist');
  const built = globSync(`${folder}/**/*.{js,d.ts}`).toSorted();
  if (built.length === 0) {
    console.log(`${folder} is empty: run npm run build first`);
    red = true;
  }
  for (const path of built) {
    const imported = importedPackages(readFileSync(path, 'utf8'));
    // A package whose types are published apart is of no use to a declaration without them.
    const types = path.endsWith('.d.ts')
      ? imported
          .map((name) => `@types/${name.replace('@', '').replace('/', '__')}`)
          .filter((name) => manifest.devDependencies?.[name] !== undefined)
      : [];
    const missing = new Set([...imported, ...types].filter((name) => !installed.has(name)));
    for (const name of missing) {
      console.log(`${path} imports ${name}, which ${manifest.name} does not bring along`);
      red = true;
    }
  }
}
if (!red) console.log('built files import only what their package brings along');
process.exit(red ? 1 : 0);
