import type { Severity } from '@ide-assistant/sdk/protocol';
import type { Evidence, Taint } from './flow/value.ts';

/** Levels, lowest first. */
export const severities: readonly Severity[] = ['low', 'medium', 'high', 'critical'];

/**
 * Level of a weakness whose misuse is plain to see, by its class. Classes through which code or
 * commands of others run are critical, those that give away or change data are high.
 * @see https://cwe.mitre.org/
 */
const levels: Readonly<Record<string, Severity>> = {
  'CWE-22': 'high',
  'CWE-78': 'critical',
  'CWE-79': 'high',
  'CWE-89': 'critical',
  'CWE-90': 'high',
  'CWE-94': 'critical',
  'CWE-95': 'critical',
  'CWE-98': 'high',
  'CWE-208': 'low',
  'CWE-259': 'medium',
  'CWE-295': 'high',
  'CWE-319': 'medium',
  'CWE-321': 'high',
  'CWE-326': 'medium',
  'CWE-327': 'medium',
  'CWE-328': 'medium',
  'CWE-330': 'medium',
  'CWE-338': 'medium',
  'CWE-347': 'high',
  'CWE-352': 'medium',
  'CWE-377': 'medium',
  'CWE-400': 'low',
  'CWE-489': 'high',
  'CWE-501': 'medium',
  'CWE-502': 'critical',
  'CWE-506': 'critical',
  'CWE-601': 'medium',
  'CWE-605': 'medium',
  'CWE-611': 'high',
  'CWE-614': 'medium',
  'CWE-643': 'high',
  'CWE-665': 'low',
  'CWE-732': 'medium',
  'CWE-798': 'high',
  'CWE-913': 'high',
  'CWE-915': 'medium',
  'CWE-918': 'high',
  'CWE-942': 'medium',
  'CWE-943': 'high',
  'CWE-1004': 'low',
  'CWE-1007': 'high',
  'CWE-1188': 'high',
  'CWE-1321': 'high',
  'CWE-1333': 'medium',
  'CWE-1336': 'critical',
};

/** Level of a class of weakness at its plainest; medium where the class is not listed. */
export function severityOfClass(cwe: string): Severity {
  return levels[cwe] ?? 'medium';
}

/** The level some steps below another, never under low. */
export function lowered(severity: Severity, steps: number): Severity {
  return severities[Math.max(0, severities.indexOf(severity) - steps)] ?? 'low';
}

/** Level and confidence of a finding. */
export interface Grade {
  readonly severity: Severity;
  /** From 0 (a guess) to 1 (certain). */
  readonly confidence: number;
}

/**
 * Grades a dangerous call by who decides its argument. What comes from outside has the level of its
 * class; what the operator gives, or a name of unknown origin, one less; a parameter two less, since
 * most callers are harmless.
 */
export function gradeEvidence(cwe: string, evidence: Evidence, taint?: Taint): Grade {
  const severity = severityOfClass(cwe);
  switch (evidence) {
    case 'input':
      return {
        severity: taint?.indirect ? lowered(severity, 1) : severity,
        confidence: taint?.indirect ? 0.65 : 0.9,
      };
    case 'local':
      return { severity: lowered(severity, 1), confidence: taint?.indirect ? 0.5 : 0.65 };
    case 'unresolved':
      return { severity: lowered(severity, 1), confidence: 0.6 };
    case 'argument':
      return { severity: lowered(severity, 2), confidence: 0.5 };
    case 'dynamic':
      return { severity: 'low', confidence: 0.35 };
    case 'clean':
    case 'constant':
      return { severity: 'low', confidence: 0.2 };
  }
}
