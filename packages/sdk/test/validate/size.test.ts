import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('bundles validate in at most 6.5 KB, compressed, without zod', async () => {
  const entry = fileURLToPath(new URL('../../src/validate/index.ts', import.meta.url));
  const { outputFiles, metafile } = await build({
    ...{ entryPoints: [entry], bundle: true, minify: true, format: 'esm', target: 'es2022' },
    ...{ platform: 'browser', write: false, metafile: true },
  });
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(6_500);
  expect(Object.keys(metafile.inputs).filter((path) => /node_modules|protocol/.test(path))).toEqual(
    [],
  );
});
