import { Buffer } from 'node:buffer';
import { RequestError } from '../errors.ts';
import { analyse, type Analysis } from './analyse.ts';
import { toAlert, type Finding } from './finding.ts';
import { fixAll } from './fixes/fix-all.ts';
import { dialectOf, languageOf, type Dialect } from './languages.ts';
import { highestSeverity, recommendationFor, riskScore } from './risk.ts';
import { createSyntaxParser } from './syntax/parser.ts';
import type { Hunter, HunterOptions, HunterReport, ScanRequest } from './types.ts';

/** Findings below this confidence never stop anything. */
const blockingConfidence = 0.8;

/**
 * Makes a hunter. Loading the grammars takes some hundred milliseconds, so make one and keep it.
 * @example
 * ```ts
 * const hunter = await createHunter();
 * const report = await hunter.scan({ content: 'eval(user_input)', language: 'python' });
 * ```
 */
export async function createHunter(options: HunterOptions = {}): Promise<Hunter> {
  const { clock = () => performance.now(), timeoutMs = 2_000, maxBytes = 1_048_576 } = options;
  const parser = await createSyntaxParser();
  let isOpen = true;

  return {
    async scan(request) {
      const start = clock();
      const analysis = begin(request, start)(request.content);
      return reportOf(analysis, request.path, clock() - start);
    },
    async fix({ issue, tiers = ['apply'], ...request }) {
      const look = begin(request, clock());
      const wants = issue === undefined ? () => true : matcherOf(issue);
      const first = look(request.content);
      const { analysis, made } = fixAll(first, wants, tiers, look);
      return {
        content: analysis.content,
        fixes: made.map(({ finding, plan, offset }) => ({
          rule: finding.rule,
          line: first.lines.positionOf(offset).line,
          description: plan.description,
          tier: plan.tier,
        })),
        remaining: [...analysis.alerts, ...analysis.issues].map((finding) =>
          toAlert(finding, analysis.lines, request.path),
        ),
      };
    },
    blockingAlerts(report) {
      return report.alerts.filter(
        ({ severity, confidence }) =>
          (severity === 'high' || severity === 'critical') && confidence >= blockingConfidence,
      );
    },
    close() {
      isOpen = false;
      parser.close();
    },
  };

  /** Checks a request, and gives the function that looks at a text within the request's time. */
  function begin(request: ScanRequest, start: number): (content: string) => Analysis {
    if (!isOpen) throw new RequestError('unavailable', 'The scanner is closed.');
    const { content, signal } = request;
    const bytes = Buffer.byteLength(content);
    if (bytes > maxBytes) {
      throw new RequestError(
        'too_large',
        `The text has ${bytes} bytes; at most ${maxBytes} are scanned.`,
        {
          details: { bytes, max_bytes: maxBytes },
        },
      );
    }
    const checkpoint = (): void => {
      signal?.throwIfAborted();
      if (clock() - start <= timeoutMs) return;
      throw new RequestError(
        'timeout',
        `The scan took longer than ${timeoutMs} ms and was stopped.`,
        {
          details: { timeout_ms: timeoutMs },
        },
      );
    };
    checkpoint();
    const dialect = dialectFor(request);
    const withIssues = request.issues ?? true;
    return (text) => analyse(text, { dialect, parser, withIssues, checkpoint });
  }
}

function dialectFor({ language, path }: ScanRequest): Dialect | undefined {
  return dialectOf(language ?? (path === undefined ? 'plaintext' : languageOf(path)));
}

function reportOf(analysis: Analysis, path: string | undefined, durationMs: number): HunterReport {
  const alerts = analysis.alerts.map((finding) => toAlert(finding, analysis.lines, path));
  return {
    alerts,
    issues: analysis.issues.map((finding) => toAlert(finding, analysis.lines, path)),
    riskScore: riskScore(alerts),
    severity: highestSeverity(alerts),
    recommendation: recommendationFor(alerts),
    durationMs,
  };
}

/** Reads an issue as a rule's id, or as words that must all occur. */
function matcherOf(issue: string): (finding: Finding) => boolean {
  const wanted = issue.trim().toLowerCase();
  const words = wanted.split(/[^\p{L}\p{N}_.]+/u).filter((word) => word !== '');
  return ({ rule, message }) => {
    const text = `${rule} ${message}`.toLowerCase();
    return rule === wanted || (words.length > 0 && words.every((word) => text.includes(word)));
  };
}
