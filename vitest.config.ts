import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { playwright } from '@vitest/browser-playwright';
import { LongestFirst } from './scripts/longest-first.ts';

const conditions = ['ide-assistant-source'];
const chromium = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';

/**
 * V8 optimises the WebAssembly of Cedar and of the parsers while it runs, on as many threads as it likes.
 * That pays in a server; a test has ended before.
 */
const baselineWasm = ['--liftoff-only'];

/** Tests that run in a real page. Made anew for each project, since Vitest writes its name into it. */
const browser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: {
      executablePath: chromium,
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
    },
  }),
  instances: [{ browser: 'chromium' as const }],
});

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    // Real servers, sandboxes and browsers start slowly where two cores are busy.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    sequence: { sequencer: LongestFirst },
    // Vitest would leave one of two cores to itself, which needs next to nothing, and many tests wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: { name: 'scripts', root: 'scripts', include: ['test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'sdk',
          root: 'packages/sdk',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
        },
      },
      {
        extends: true,
        optimizeDeps: { include: ['react', 'react-dom/client', 'vue', 'svelte/store'] },
        test: {
          name: 'sdk-browser',
          root: 'packages/sdk',
          include: ['test/browser/**/*.test.ts'],
          browser: browser(),
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: {
          name: 'server-kit',
          root: 'packages/server-kit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/delivery/**'],
          execArgv: baselineWasm,
        },
      },
      {
        extends: true,
        // Last and alone: each of these loads both cores with a client and a server, and would slow the
        // others down until they time out.
        test: {
          name: 'delivery',
          root: 'packages/server-kit',
          include: ['test/delivery/**/*.test.ts'],
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          // What finds a fault by waiting in vain does so beside another.
          maxConcurrency: 3,
          // A scenario that hangs says so by itself, much earlier.
          testTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: { name: 'examples', root: 'examples', include: ['test/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'widget-state',
          root: 'packages/widget',
          include: ['test/state/**/*.test.ts'],
        },
      },
      {
        extends: true,
        optimizeDeps: { include: ['lit', 'lit/decorators.js', 'axe-core'] },
        test: {
          name: 'widget',
          root: 'packages/widget',
          include: ['test/**/*.test.ts'],
          exclude: ['test/state/**'],
          browser: browser(),
          // Of two pages beside each other only one has the keyboard.
          maxWorkers: 1,
        },
      },
    ],
  },
});
