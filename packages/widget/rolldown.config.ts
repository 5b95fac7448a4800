import { resolve } from 'node:path';
import { defineConfig } from 'rolldown';
import { chunkGraph } from '../../scripts/widget-bundle/chunk-graph.ts';
import { launcherGroup } from '../../scripts/widget-bundle/launcher-group.ts';
import { templateWhitespace } from '../../scripts/widget-bundle/template-whitespace.ts';
import { thirdPartyNotices } from '../../scripts/widget-bundle/third-party-notices.ts';

const entry = resolve(import.meta.dirname, 'src/index.ts');

/** The element for a page without a bundler: one address, all dependencies inside. */
export default defineConfig({
  input: { 'ide-assistant': entry },
  platform: 'browser',
  tsconfig: resolve(import.meta.dirname, 'tsconfig.src.json'),
  transform: { target: 'es2022' },
  resolve: {
    // The client comes from its sources, so that no build has to wait for another.
    conditionNames: ['ide-assistant-source', 'browser', 'import', 'default'],
  },
  plugins: [
    templateWhitespace(),
    chunkGraph('chunk-graph.json'),
    thirdPartyNotices('THIRD-PARTY.txt'),
  ],
  output: {
    dir: resolve(import.meta.dirname, 'cdn'),
    cleanDir: true,
    format: 'esm',
    chunkFileNames: '[name]-[hash].js',
    minify: true,
    // The notices stand in a file beside the code, once for each package.
    comments: false,
    codeSplitting: { groups: [launcherGroup(entry)] },
  },
});
