import type { AssistantEvent } from '../../assistant.ts';
import type { Command } from './builtin.ts';

/** Lists the commands. */
export function* help(commands: readonly Command[]): Iterable<AssistantEvent> {
  for (const { name, usage, summary } of commands) {
    yield { type: 'text', delta: `- \`/${name}${usage ? ` ${usage}` : ''}\` ${summary}\n` };
  }
  yield { type: 'text', delta: '- `/help` shows this list.\n' };
}
