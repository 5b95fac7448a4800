import { applyPatch } from 'diff';
import type { Command } from './builtin.ts';
import { needsFile, targetFile } from './target-file.ts';

/** `/fix`: proposes the fixes of a file's findings; nothing changes until a person applies them. */
export const fix: Command = {
  name: 'fix',
  usage: '[file] [rule]',
  summary: 'proposes fixes for what a scan has found.',
  async *answer(words, turn, { callTool }) {
    const path = targetFile(words, turn);
    if (path === null) {
      yield { type: 'text', delta: needsFile('fix') };
      return;
    }
    const issue = words.slice(1).join(' ');
    const preview = await callTool('auto_fix', {
      file_path: path,
      preview: true,
      ...(issue ? { issue } : {}),
    });
    if (!preview.ok) {
      yield { type: 'text', delta: `No fix was made for \`${path}\`: ${preview.message}` };
      return;
    }
    const { fixes, diff, remaining } = preview.output;
    if (fixes.length === 0) {
      yield {
        type: 'text',
        delta:
          remaining.length === 0
            ? `There is nothing to fix in \`${path}\`.`
            : `No fix can be proved for what was found in \`${path}\`; it needs a person.`,
      };
      return;
    }
    const opened = await callTool('file_open', { path });
    const content = opened.ok ? applyPatch(opened.output.content, diff) : false;
    if (content === false) {
      yield { type: 'text', delta: `\`${path}\` changed in the meantime. Ask again.` };
      return;
    }
    const descriptions = fixes.map(({ line, description }) => `line ${line}: ${description}`);
    yield { type: 'edit', path, content, description: descriptions.join('; ') };
    yield { type: 'text', delta: descriptions.map((line) => `- ${line}\n`).join('') };
    if (remaining.length > 0) {
      yield { type: 'text', delta: `\n${remaining.length} more cannot be fixed by rule.` };
    }
  },
};
