import type { Alert, Severity } from '@ide-assistant/sdk/protocol';
import type { FixTier } from './fixes/edit.ts';

/** What a scan has found. */
export interface HunterReport {
  /** Security findings and secrets, in the order of the text. */
  alerts: Alert[];
  /** Findings about correctness. They do not count for {@link riskScore}. */
  issues: Alert[];
  /** From 0 to 10, one decimal; see `riskScore` for the formula. */
  riskScore: number;
  /** The highest level among {@link alerts}. */
  severity: Severity | 'none';
  /** One sentence that says what to do. */
  recommendation: string;
  durationMs: number;
}

/** A text to look at. */
export interface ScanRequest {
  content: string;
  /** Name that editors use, as `python`; wins over the extension of {@link path}. */
  language?: string;
  /** Workspace path; repeated in the alerts. */
  path?: string;
  /**
   * Whether to look for mistakes too. Without, the alerts are the same, and a text that lacks the
   * words of every rule is told to be harmless without being parsed. @default true
   */
  issues?: boolean;
  signal?: AbortSignal;
}

/** A change that was made. */
export interface Fix {
  rule: string;
  /** Line of the finding in the text that was given, from 1. */
  line: number;
  description: string;
  tier: FixTier;
}

/** A text after its fixes. */
export interface FixResult {
  content: string;
  fixes: Fix[];
  /** What is still found, security findings first. */
  remaining: Alert[];
}

/** Which fixes to make. */
export interface FixRequest extends Omit<ScanRequest, 'issues'> {
  /** A rule's id, or words that all occur in the finding's rule or message; all findings by default. */
  issue?: string;
  /** @default ['apply'] */
  tiers?: readonly FixTier[];
}

/** Looks for weaknesses, secrets and mistakes in code, and mends some of them. */
export interface Hunter {
  /**
   * Looks at a text. Broken code is looked at as far as it can be read.
   * @throws `RequestError` `too_large` beyond `maxBytes`, `timeout` beyond `timeoutMs`; the signal's
   * reason when it is aborted.
   */
  scan(request: ScanRequest): Promise<HunterReport>;
  /**
   * Mends what can be mended. Every fix is proved: the result parses no worse, the finding is gone,
   * no other has come, and a second run changes nothing. A fix that fails its proof is not made.
   * @throws as {@link scan} does.
   */
  fix(request: FixRequest): Promise<FixResult>;
  /** The findings that stop code from being run: high or critical, of confidence 0.8 and above. */
  blockingAlerts(report: HunterReport): Alert[];
  /** Frees the parsers. */
  close(): void;
}

/** How a hunter is made. */
export interface HunterOptions {
  /** Milliseconds that only grow. @default performance.now */
  clock?: () => number;
  /** Longest scan or fix, milliseconds. @default 2_000 */
  timeoutMs?: number;
  /** Largest text, bytes of UTF-8. @default 1_048_576 */
  maxBytes?: number;
}
