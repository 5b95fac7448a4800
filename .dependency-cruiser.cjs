// Who may import whom. Each rule says what breaks without it.

const server = '^packages/server-kit/src';

/** Folders of the server kit, outermost first: code imports from its own row or from a later one. */
const layers = [
  ['cli', 'kit', 'kit-options', 'open-parts', 'hosts'],
  ['transport'],
  ['session'],
  ['pipeline'],
  ['operations'],
  [
    'assistant',
    'auth',
    'edits',
    'governance',
    'hunter',
    'rates',
    'sandbox',
    'storage',
    'verification',
    'workspace',
  ],
];

/** Files directly under `src/` that every layer may use; they know none of them but by type. */
const shared = `${server}/(errors|ids|limits|logger|open-all|parts)\\.ts$`;

/** Packages that one place alone may import, so that a driver or parser can be replaced there. */
const homes = {
  ws: 'transport/',
  jose: 'auth/',
  '@cedar-policy/cedar-wasm': 'governance/',
  kysely: 'storage/',
  'web-tree-sitter': 'hunter/',
  '@vscode/tree-sitter-wasm': 'hunter/',
  '@wasm-fmt/ruff_fmt': 'assistant/drivers/',
  prettier: 'assistant/drivers/',
  amaro: 'sandbox/',
  'quickjs-emscripten-core': 'sandbox/',
  '@jitl/quickjs-wasmfile-release-sync': 'sandbox/',
  dockerode: 'sandbox/drivers/docker/',
  '@lydell/node-pty': 'sandbox/drivers/bubblewrap/',
  diff: '(edits|assistant/drivers)/',
  fastify: 'hosts/fastify\\.ts$',
};

const folder = (names) => `${server}/(${names.join('|')})(/|\\.ts$)`;
const escape = (name) => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');

const neverUp = layers.slice(1).map((names, index) => ({
  name: `${names.length === 1 ? names[0] : 'parts'}-never-import-upwards`,
  comment:
    'A request is read from the outside in. An import upwards makes a layer depend on who calls it: it can then neither be tested alone nor be put behind another door.',
  severity: 'error',
  from: { path: folder(names) },
  to: { path: folder(layers.slice(0, index + 1).flat()) },
}));

const oneHome = Object.entries(homes).map(([name, home]) => ({
  name: `one-home-of-${name}`,
  comment: `The place of ${name} is ${home.replaceAll('\\', '')}: imported elsewhere, it can no longer be replaced or left out by a host that does not use it.`,
  severity: 'error',
  from: { path: `${server}/`, pathNot: `${server}/${home}` },
  to: { path: `(^|/)node_modules/${escape(name)}/` },
}));

const parts = layers.at(-1);
const partsByType = {
  name: 'parts-know-each-other-by-type',
  comment:
    'Parts are wired together in one place. A part that calls another by itself hides a dependency there, and a host that replaces one of the two gets the other one anyway.',
  severity: 'error',
  from: { path: `${server}/(${parts.join('|')})/` },
  to: {
    path: `${server}/(${parts.join('|')})/`,
    pathNot: `${server}/$1/`,
    dependencyTypesNot: ['type-only'],
  },
};

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-runtime-cycles',
      comment:
        'In a cycle one module sees the other half made: whether a constant is there then depends on which file was loaded first.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'protocol-imports-nothing-of-ours',
      comment:
        'The contract is what all packages share. With an import of ours it would drag a client or a server to whoever only wants the schemas.',
      severity: 'error',
      from: { path: '^packages/sdk/src/protocol/' },
      to: {
        path: '.',
        pathNot: ['^packages/sdk/src/protocol/', '/node_modules/zod/', '^node_modules/zod/'],
      },
    },
    {
      name: 'client-imports-protocol-types-only',
      comment:
        'A value of the protocol brings zod with it: 26 KB gzip on top of a client that promises 4.',
      severity: 'error',
      from: { path: '^packages/sdk/src/', pathNot: '^packages/sdk/src/protocol/' },
      to: {
        path: ['^packages/sdk/src/protocol/(?!phase-frame\\.ts$)', '(^|/)node_modules/zod/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'client-has-no-dependencies',
      comment: 'The client promises to add no other package to an application.',
      severity: 'error',
      from: {
        path: '^packages/sdk/src/',
        pathNot: '^packages/sdk/src/(protocol/|(react|vue|svelte)\\.ts$)',
      },
      to: { path: '(^|/)node_modules/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-stands-without-its-extras',
      comment:
        'The extras are entries of their own with budgets of their own; imported by the client, every application would pay for them.',
      severity: 'error',
      from: { path: '^packages/sdk/src/[^/]+\\.ts$', pathNot: '/(react|vue|svelte)\\.ts$' },
      to: {
        path: '^packages/sdk/src/((persist|tabs|validate|testing|terminal|verify)/|(react|vue|svelte)\\.ts$)',
        dependencyTypesNot: ['type-only'],
      },
    },
    ...['react', 'vue', 'svelte'].map((framework) => ({
      name: `${framework}-binding-knows-${framework}-alone`,
      comment:
        'A framework is an optional peer: imported elsewhere, those without it cannot load us.',
      severity: 'error',
      from: { path: `^packages/sdk/src/${framework}\\.ts$` },
      to: {
        path: '(^|/)node_modules/',
        pathNot: `(^|/)node_modules/(@types/)?${framework}/`,
      },
    })),
    {
      name: 'browser-packages-have-no-node-builtins',
      comment:
        'A browser has no `node:` modules; the bundle of the host application fails on them.',
      severity: 'error',
      from: { path: '^packages/(sdk|widget)/src/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sdk-imports-no-other-package-of-ours',
      comment: 'Every package stands on the sdk; the other way round would be a cycle of packages.',
      severity: 'error',
      from: { path: '^packages/sdk/src/' },
      to: { path: '^packages/(widget|server-kit)/' },
    },
    {
      name: 'widget-imports-the-client-alone',
      comment:
        'The widget talks to a server through the client. The schemas would put zod into the launcher, and the server kit does not run in a browser.',
      severity: 'error',
      from: { path: '^packages/widget/src/' },
      to: {
        path: ['^packages/server-kit/', '^packages/sdk/src/'],
        pathNot: '^packages/sdk/src/(index|verify/index)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'server-kit-imports-the-protocol-alone',
      comment:
        'The server is the other side of the wire. With the client it would carry a reconnecting socket, and with the widget a browser, into the process of the host.',
      severity: 'error',
      from: { path: '^packages/server-kit/src/' },
      to: {
        path: '^packages/(sdk|widget)/',
        pathNot: '^packages/sdk/src/protocol/index\\.ts$',
      },
    },
    ...neverUp,
    {
      name: 'shared-files-are-leaves',
      comment:
        'Every layer uses errors, limits and the like; an import of a layer from there is a cycle in waiting.',
      severity: 'error',
      from: { path: shared },
      to: { path: `${server}/`, pathNot: shared, dependencyTypesNot: ['type-only'] },
    },
    partsByType,
    ...oneHome,
    {
      name: 'tests-and-tools-stay-outside',
      comment: 'What ships may not lean on what does not: it would be missing after an install.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(packages/[^/]+/test|scripts|bench|examples|docs)/' },
    },
    {
      name: 'no-development-dependency-at-run-time',
      comment:
        'A development dependency is not installed with the package: the import fails there.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm-peer'],
      },
    },
    {
      name: 'examples-use-the-public-entries',
      comment: 'An example that reaches into a package shows what no user of it can do.',
      severity: 'error',
      from: { path: '^examples/' },
      to: {
        path: '^packages/',
        pathNot: [
          '^packages/sdk/src/(index|protocol/index)\\.ts$',
          '^packages/widget/src/(index|element)\\.ts$',
          '^packages/server-kit/src/(index|hosts/[^/]+)\\.ts$',
        ],
      },
    },
    {
      name: 'imports-resolve',
      comment: 'A module that cannot be found fails at run time, on somebody else’s machine.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build|cdn)/' },
    // Imports that only carry types vanish when compiled; they are rules here too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['ide-assistant-source', 'import', 'node', 'types', 'default'],
    },
  },
};
