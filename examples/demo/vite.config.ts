import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  root: 'page',
  resolve: { conditions: ['ide-assistant-source', ...defaultClientConditions] },
  build: { outDir: '../dist', emptyOutDir: true, modulePreload: { polyfill: false } },
});
