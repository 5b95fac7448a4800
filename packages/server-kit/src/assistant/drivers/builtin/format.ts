import { formatText } from './format-text.ts';
import type { Command } from './builtin.ts';
import { needsFile, targetFile } from './target-file.ts';

/** `/format`: proposes the file as a formatter would write it. */
export const format: Command = {
  name: 'format',
  usage: '[file]',
  summary: 'proposes the file as its formatter would write it.',
  async *answer(words, turn, { callTool }) {
    const path = targetFile(words, turn);
    if (path === null) {
      yield { type: 'text', delta: needsFile('format') };
      return;
    }
    const opened = await callTool('file_open', { path });
    if (!opened.ok) {
      yield { type: 'text', delta: `\`${path}\` was not formatted: ${opened.message}` };
      return;
    }
    const { content, language } = opened.output;
    const formatted = await formatText(content, language, path);
    if (formatted.kind === 'unsupported') {
      yield { type: 'text', delta: `There is no formatter here for ${language}.` };
      return;
    }
    if (formatted.kind === 'invalid') {
      yield { type: 'text', delta: `\`${path}\` cannot be parsed: ${formatted.message}` };
      return;
    }
    if (formatted.text === content) {
      yield { type: 'text', delta: `\`${path}\` is formatted already.` };
      return;
    }
    yield { type: 'edit', path, content: formatted.text, description: `format ${path}` };
    yield { type: 'text', delta: `\`${path}\`, formatted.` };
  },
};
