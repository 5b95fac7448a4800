import type { Alert, Severity } from '@ide-assistant/sdk/protocol';
import { severities } from './severity.ts';

/** What a certain finding of each level counts, of 1. */
const weights: Readonly<Record<Severity, number>> = {
  low: 0.15,
  medium: 0.45,
  high: 0.75,
  critical: 0.95,
};

/**
 * Risk of a file from 0 to 10, one decimal.
 *
 * Each finding counts `p = weight(severity) × (0.5 + 0.5 × confidence)`, with weights 0.15 (low),
 * 0.45 (medium), 0.75 (high) and 0.95 (critical). Sorted from the largest, `p₁ ≥ p₂ ≥ …`, the risk is
 *
 * `10 × (1 − (1 − p₁) × Π_{i ≥ 2} (1 − p_i / 2^i))`
 *
 * so that the worst finding decides and each further one adds less. A finding more, or one that is
 * worse, never lowers it: the sorted list then dominates the old one place by place, and the formula
 * rises in every place.
 */
export function riskScore(alerts: readonly Alert[]): number {
  const counts = alerts
    .map((alert) => weights[alert.severity] * (0.5 + 0.5 * alert.confidence))
    .sort((left, right) => right - left);
  const safe = counts.reduce(
    (rest, count, index) => rest * (1 - (index === 0 ? count : count / 2 ** (index + 1))),
    1,
  );
  return Math.round((1 - safe) * 100) / 10;
}

/** The highest level among findings, or `none`. */
export function highestSeverity(alerts: readonly Alert[]): Severity | 'none' {
  const highest = Math.max(-1, ...alerts.map((alert) => severities.indexOf(alert.severity)));
  return severities[highest] ?? 'none';
}

/** One sentence that says what to do about the findings. */
export function recommendationFor(alerts: readonly Alert[]): string {
  const severity = highestSeverity(alerts);
  const worst = alerts.find((alert) => alert.severity === severity);
  if (worst === undefined) return 'No security findings.';
  const place = `line ${worst.line} (${worst.rule})`;
  const fixable = alerts.filter((alert) => alert.fixable).length;
  const help = fixable === 0 ? '' : ` A fix is known for ${fixable} of ${alerts.length}.`;
  switch (severity) {
    case 'critical':
      return `Do not run this code before ${place} is resolved.${help}`;
    case 'high':
      return `Resolve ${place} before this code is used.${help}`;
    case 'medium':
      return `Review ${place} and the other findings of its level.${help}`;
    default:
      return `Only minor findings; look at ${place} when you next edit the file.${help}`;
  }
}
