import { codeDirectory } from './places.ts';

/** Path inside the sandbox of the module that {@link nodeImportsSource} is. */
export const nodeImportsPath = '/run/kit/imports.cjs';

/**
 * A module that Node loads before the program. The program's file lies outside the workspace, so
 * what it imports is looked up from the directory where the code belongs instead: the one of the
 * first `node_modules` in NODE_PATH, which is read when the first import comes, since an
 * interpreter that was started ahead learns it late.
 *
 * `module.registerHooks` came with Node 22.15 and 23.5; before, only the program's own file and
 * installed packages can be imported.
 */
export const nodeImportsSource = `'use strict';
const { registerHooks } = require('node:module');
const { resolve: join, dirname } = require('node:path');
const { pathToFileURL } = require('node:url');
const home = () => dirname((process.env.NODE_PATH ?? '').split(':')[0]);
registerHooks?.({
  resolve(specifier, context, next) {
    if (!context.parentURL?.startsWith('file://${codeDirectory}/')) return next(specifier, context);
    const parentURL = pathToFileURL(home() + '/program').href;
    if (!/^\\.{1,2}(\\/|$)/.test(specifier)) return next(specifier, { ...context, parentURL });
    if (!context.conditions?.includes('import')) return next(join(home(), specifier), context);
    return next(new URL(specifier, parentURL).href, { ...context, parentURL });
  },
});
`;
