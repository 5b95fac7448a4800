import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { compile } from 'svelte/compiler';

/** Bundles a script that may import Svelte components, for a page or for rendering on a server. */
export async function bundle(script: string, target: 'client' | 'server'): Promise<string> {
  const components: Plugin = {
    name: 'svelte',
    setup({ onLoad }) {
      onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        return { contents: compile(source, { filename: path, generate: target }).js.code };
      });
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    ...{ bundle: true, format: 'esm', target: 'es2022', write: false, plugins: [components] },
    platform: target === 'client' ? 'browser' : 'node',
  });
  return outputFiles[0]!.text;
}
