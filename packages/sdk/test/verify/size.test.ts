import { expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

it('bundles createVerifier in at most 3,000 bytes, compressed, and brings no client along', async () => {
  const resolveDir = fileURLToPath(new URL('../../src/verify/', import.meta.url));
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { createVerifier } from './index.ts'`, resolveDir },
    ...{ bundle: true, minify: true, format: 'esm', target: 'es2022', platform: 'browser' },
    ...{ write: false, metafile: true },
  });
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(3000);
  const [output] = Object.values(metafile.outputs);
  const paid = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  expect(paid.every(([file]) => file.includes('src/verify/'))).toBe(true);
});
