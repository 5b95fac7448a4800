import { defineConfig } from 'tsup';

// The build for pages without a bundler is `rolldown.config.ts`.
export default defineConfig({
  entry: { index: 'src/index.ts', element: 'src/element.ts' },
  tsconfig: 'tsconfig.src.json',
  format: 'esm',
  target: 'es2022',
  platform: 'browser',
  dts: true,
  clean: true,
  sourcemap: true,
  // Panels that open later are chunks of their own.
  splitting: true,
  esbuildOptions(options) {
    // An element whose file was left out of `sideEffects` is dropped with a mere warning otherwise.
    options.logOverride = { ...options.logOverride, 'ignored-bare-import': 'error' };
  },
});
