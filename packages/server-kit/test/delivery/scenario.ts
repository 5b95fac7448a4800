import type { Report } from './report.ts';

/** What a scenario is given. */
export interface ScenarioContext {
  /** Uniform numbers from 0 to below 1; the same for the same seed. */
  random: () => number;
  seed: number;
  report: Report;
  /** How many requests a load is to make. */
  requests: number;
  /** How long nothing may be answered before a load counts as stalled, milliseconds. */
  stallMs: number;
  /** Called at the end, in the reverse order. */
  onEnd: (end: () => Promise<unknown> | void) => void;
}

/** A failure that the delivery must survive, played out against the real server-kit. */
export type Scenario = (context: ScenarioContext) => Promise<void>;
