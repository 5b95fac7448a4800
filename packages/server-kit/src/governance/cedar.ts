import type * as cedar from '@cedar-policy/cedar-wasm/nodejs';

/** Cedar's functions. */
export type Cedar = typeof cedar;

/**
 * Loads Cedar. Its 4 MB of WebAssembly compile while loading, so this happens when an engine is
 * made and not when the package is imported. The entry for Node reads the module from its own
 * folder; the package's main entry imports it as ESM, which Node before 24 refuses.
 */
export function loadCedar(): Promise<Cedar> {
  return import('@cedar-policy/cedar-wasm/nodejs');
}
