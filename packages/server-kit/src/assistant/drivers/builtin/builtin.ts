import type {
  Assistant,
  AssistantContext,
  AssistantEvent,
  AssistantTurn,
} from '../../assistant.ts';
import { explain } from './explain.ts';
import { fix } from './fix.ts';
import { format } from './format.ts';
import { help } from './help.ts';
import { run } from './run.ts';
import { scan } from './scan.ts';

/** One command of the built-in assistant. */
export interface Command {
  /** As typed, without the slash. */
  name: string;
  /** What may follow it. */
  usage: string;
  /** One line for `/help`. */
  summary: string;
  answer(
    words: readonly string[],
    turn: AssistantTurn,
    context: AssistantContext,
  ): AsyncIterable<AssistantEvent>;
}

const commands: readonly Command[] = [scan, fix, run, explain, format];

/**
 * The assistant that needs no model and no key: commands over the kit's own tools, each performed
 * through all six layers. It says plainly that no model is connected and never invents an answer.
 */
export function builtinAssistant(): Assistant {
  return {
    name: 'builtin',
    model: null,
    actsAs: 'user',
    async *run(turn, context) {
      const [first = '', ...words] = turn.message.trim().split(/\s+/);
      if (!first.startsWith('/')) {
        yield text(
          'No model is connected here, so I cannot answer in words of my own. ' +
            'What I can do now:\n\n',
        );
        yield* help(commands);
        return;
      }
      const name = first.slice(1).toLowerCase();
      const command = commands.find((entry) => entry.name === name);
      if (command) {
        yield* command.answer(words, turn, context);
        return;
      }
      if (name !== 'help') yield text(`There is no command \`${first}\`.\n\n`);
      yield* help(commands);
    },
  };
}

function text(delta: string): AssistantEvent {
  return { type: 'text', delta };
}
