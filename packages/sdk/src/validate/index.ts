export { validate } from './validate.ts';
export type { Issue } from './check.ts';
