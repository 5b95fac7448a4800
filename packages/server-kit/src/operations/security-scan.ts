import { RequestError } from '../errors.ts';
import { readFile } from '../workspace/index.ts';
import type { OperationHandler } from './handler.ts';
import { languageName } from './language-name.ts';

/** Scans a file of the workspace, or the code in the request. */
export const securityScan: OperationHandler<'security_scan'> = {
  async execute({ code, language }, { parts, session, paths }) {
    const path = paths['file_path'];
    if ((code === undefined) === (path === undefined)) {
      throw new RequestError('invalid_message', 'Give either file_path, or code and language.');
    }
    const content = path
      ? (
          await readFile(await session.workspace(), path, { maxBytes: parts.limits.fileBytes })
        ).bytes.toString('utf8')
      : (code ?? '');
    const report = await parts.hunter.scan({
      content,
      ...(path ? { path: path.path } : {}),
      ...(language === undefined ? {} : { language: languageName(language) }),
    });
    return {
      file: path?.path ?? null,
      alerts: report.alerts,
      hunter_alerts: report.alerts.length,
      static_analysis: { issues: report.issues },
      risk_score: report.riskScore,
      severity: report.severity,
      recommendation: report.recommendation,
      duration_ms: report.durationMs,
    };
  },
};
