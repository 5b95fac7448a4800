export type { Identity, PersistOptions, RestoredRequest } from './options.ts';
export { persist } from './persist.ts';
export type { PersistEntry, PersistStorage } from './storage.ts';
