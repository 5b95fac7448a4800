import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { defineConfig } from 'tsup';

// A worker is started by its file's URL, so each one stays a file beside the code that starts it.
const workers = Object.fromEntries(
  globSync('src/**/*-worker.ts').map((file) => [basename(file, '.ts'), file]),
);

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    fastify: 'src/hosts/fastify.ts',
    cli: 'src/cli/main.ts',
    ...workers,
  },
  format: 'esm',
  target: 'node22',
  platform: 'node',
  dts: { entry: { index: 'src/index.ts', fastify: 'src/hosts/fastify.ts' } },
  clean: true,
  sourcemap: true,
  splitting: true,
  // node:sqlite exists only with its prefix.
  removeNodeProtocol: false,
});
