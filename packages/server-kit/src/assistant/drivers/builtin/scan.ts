import type { Alert } from '@ide-assistant/sdk/protocol';
import type { Command } from './builtin.ts';
import { needsFile, targetFile } from './target-file.ts';

/** `/scan`: what the hunter finds in a file. */
export const scan: Command = {
  name: 'scan',
  usage: '[file]',
  summary: 'looks for vulnerabilities and secrets in a file.',
  async *answer(words, turn, { callTool }) {
    const path = targetFile(words, turn);
    if (path === null) {
      yield { type: 'text', delta: needsFile('scan') };
      return;
    }
    const result = await callTool('security_scan', { file_path: path });
    if (!result.ok) {
      yield { type: 'text', delta: `\`${path}\` was not scanned: ${result.message}` };
      return;
    }
    const { alerts, static_analysis: analysis, risk_score: risk, recommendation } = result.output;
    const findings = [...alerts, ...analysis.issues];
    if (findings.length === 0) {
      yield { type: 'text', delta: `Nothing found in \`${path}\`. Risk 0 / 10.` };
      return;
    }
    yield { type: 'text', delta: `\`${path}\`: risk ${risk} / 10.\n\n` };
    for (const alert of findings) yield { type: 'text', delta: lineOf(alert) };
    yield { type: 'text', delta: `\n${recommendation}` };
    if (findings.some(({ fixable }) => fixable)) {
      yield { type: 'text', delta: `\n\n\`/fix ${path}\` proposes a change.` };
    }
  },
};

function lineOf({ severity, line, message, rule }: Alert): string {
  return `- **${severity}** line ${line}: ${message} (\`${rule}\`)\n`;
}
