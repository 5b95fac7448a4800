import type { Command } from './builtin.ts';
import { needsFile, targetFile } from './target-file.ts';

/** Output that an answer quotes; the whole of it stands in the output view. */
const quotedLength = 4_000;

/** `/run`: runs a file in the sandbox. */
export const run: Command = {
  name: 'run',
  usage: '[file]',
  summary: 'runs a file in the sandbox.',
  async *answer(words, turn, { callTool }) {
    const path = targetFile(words, turn);
    if (path === null) {
      yield { type: 'text', delta: needsFile('run') };
      return;
    }
    const opened = await callTool('file_open', { path });
    if (!opened.ok) {
      yield { type: 'text', delta: `\`${path}\` was not run: ${opened.message}` };
      return;
    }
    const { content, language } = opened.output;
    const result = await callTool('code_execute', { language, code: content, file_path: path });
    if (!result.ok) {
      yield { type: 'text', delta: `\`${path}\` was not run: ${result.message}` };
      return;
    }
    const { stdout, stderr, exit_code: code, timed_out: timedOut, duration_ms: ms } = result.output;
    const end = timedOut ? 'was stopped at the time limit' : `ended with code ${code}`;
    yield { type: 'text', delta: `\`${path}\` ${end} after ${Math.round(ms)} ms.\n` };
    const output = (stdout + stderr).slice(-quotedLength);
    if (output) yield { type: 'text', delta: `\n\`\`\`text\n${output.trimEnd()}\n\`\`\`\n` };
    if (code !== 0) yield { type: 'text', delta: '\n`/explain` says what the error means.' };
  },
};
