import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    protocol: 'src/protocol/index.ts',
    persist: 'src/persist/index.ts',
    tabs: 'src/tabs/index.ts',
    validate: 'src/validate/index.ts',
    testing: 'src/testing/index.ts',
    terminal: 'src/terminal/index.ts',
    verify: 'src/verify/index.ts',
    react: 'src/react.ts',
    vue: 'src/vue.ts',
    svelte: 'src/svelte.ts',
  },
  tsconfig: 'tsconfig.src.json',
  format: 'esm',
  target: 'es2022',
  dts: true,
  clean: true,
  sourcemap: true,
  // With shared chunks the client would import an empty helper of the schemas.
  splitting: false,
});
