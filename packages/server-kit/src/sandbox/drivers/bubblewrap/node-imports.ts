import { codeDirectory } from './mounts.ts';

/** Path inside the sandbox of the module that {@link nodeImportsSource} is. */
export const nodeImportsPath = '/run/kit/imports.cjs';

/**
 * A module that Node loads before the program. The program's file lies outside the workspace, so
 * what it imports is looked up from the directory where the code belongs instead.
 *
 * `module.registerHooks` came with Node 22.15 and 23.5; before, only the program's own file and
 * installed packages can be imported.
 */
export function nodeImportsSource(directory: string): string {
  return `'use strict';
const { registerHooks } = require('node:module');
const { resolve: join } = require('node:path');
const { pathToFileURL } = require('node:url');
const directory = ${JSON.stringify(directory)};
const parentURL = pathToFileURL(directory + '/program').href;
registerHooks?.({
  resolve(specifier, context, next) {
    if (!context.parentURL?.startsWith('file://${codeDirectory}/')) return next(specifier, context);
    if (!/^\\.{1,2}(\\/|$)/.test(specifier)) return next(specifier, { ...context, parentURL });
    if (!context.conditions?.includes('import')) return next(join(directory, specifier), context);
    return next(new URL(specifier, parentURL).href, { ...context, parentURL });
  },
});
`;
}
