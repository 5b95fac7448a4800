export { createHunter } from './hunter.ts';
export { languageOf } from './languages.ts';
export { riskScore } from './risk.ts';
export type { FixTier } from './fixes/edit.ts';
export type {
  Fix,
  FixRequest,
  FixResult,
  Hunter,
  HunterOptions,
  HunterReport,
  ScanRequest,
} from './types.ts';
