import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('bundles openTerminal and attachTerminal in at most 1,000 bytes, compressed', async () => {
  const entry = fileURLToPath(new URL('../../src/terminal/index.ts', import.meta.url));
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, minify: true, format: 'esm', target: 'es2022' },
    ...{ platform: 'browser', write: false },
  });
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(1000);
});
