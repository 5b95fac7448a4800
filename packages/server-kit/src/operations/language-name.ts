import { findLanguage } from '../sandbox/index.ts';

/**
 * The one name of a language that the sandbox takes by several and in any case, so that what judges a
 * program sees what will run it; one that the sandbox does not know is only lowered.
 */
export function languageName(spelling: string): string {
  return findLanguage(spelling)?.name ?? spelling.toLowerCase();
}
