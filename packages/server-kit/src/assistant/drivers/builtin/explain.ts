import type { Command } from './builtin.ts';
import { findMeaning } from './error-meanings.ts';
import { locateError } from './locate-error.ts';

/** Lines shown around the one where the error arose. */
const contextLines = 2;

/** `/explain`: what the latest error means and where it arose. */
export const explain: Command = {
  name: 'explain',
  usage: '',
  summary: 'says what the latest error means and where it arose.',
  async *answer(_words, _turn, { callTool, lastRun }) {
    const last = lastRun();
    if (!last) {
      yield { type: 'text', delta: 'Nothing has been run yet.' };
      return;
    }
    const error = locateError(last.stderr);
    if (!error) {
      yield { type: 'text', delta: 'The latest run left no error.' };
      return;
    }
    const meaning = findMeaning(error.text);
    yield { type: 'text', delta: `\`${error.text}\`\n\n` };
    yield {
      type: 'text',
      delta: meaning
        ? `${meaning.cause} ${meaning.remedy}\n`
        : 'I have no explanation for this one. The place below is where to look.\n',
    };
    const path = last.path;
    if (path === null || error.line === null) return;
    const opened = await callTool('file_open', { path });
    if (!opened.ok) return;
    const lines = opened.output.content.split('\n');
    const from = Math.max(error.line - 1 - contextLines, 0);
    const shown = lines.slice(from, error.line + contextLines).map((line, index) => {
      const number = from + index + 1;
      return `${number === error.line ? '>' : ' '} ${String(number).padStart(4)}  ${line}`;
    });
    yield {
      type: 'text',
      delta: `\n\`${path}\`, line ${error.line}:\n\n\`\`\`text\n${shown.join('\n')}\n\`\`\`\n`,
    };
  },
};
