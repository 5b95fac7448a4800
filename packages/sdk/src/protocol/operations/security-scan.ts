import * as z from 'zod';
import { alert, path, severity } from '../fields.ts';
import { defineOperation } from '../operation.ts';

export const securityScan = defineOperation({
  name: 'security_scan',
  reply: 'security_scan_result',
  summary: 'Scans a file, or the code given, for vulnerabilities and secrets.',
  class: 'read',
  verified: true,
  paths: ['file_path'],
  input: {
    file_path: path.optional(),
    code: z.string().optional(),
    language: z.string().max(32).optional(),
  },
  output: {
    file: z.string().nullable(),
    alerts: z.array(alert),
    hunter_alerts: z.int(),
    static_analysis: z.object({ issues: z.array(alert) }),
    /** From 0 (nothing found) to 10. */
    risk_score: z.number().min(0).max(10),
    severity: z.union([severity, z.literal('none')]),
    recommendation: z.string(),
    duration_ms: z.number(),
  },
});
