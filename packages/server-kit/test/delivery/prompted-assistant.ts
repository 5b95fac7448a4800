import type { Assistant, AssistantEvent } from '../../src/index.ts';

/** An assistant that says a word only when it is let. Asked for `say <words> <name>`. */
export interface PromptedAssistant {
  readonly run: Assistant['run'];
  /** Names of what it was asked, in order; each is an effect that must happen once. */
  readonly begun: readonly string[];
  /** Lets so many more words out. */
  allow(words: number): void;
}

/** What it says to `say <words> …`. */
export function wordsOf(count: number): string {
  return Array.from({ length: count }, (_, word) => `w${word} `).join('');
}

/** Makes such an assistant. */
export function promptedAssistant(): PromptedAssistant {
  const begun: string[] = [];
  const waiting: (() => void)[] = [];
  let allowed = 0;
  const letOut = () => {
    for (; allowed > 0 && waiting.length > 0; allowed -= 1) waiting.shift()?.();
  };

  return {
    begun,
    allow(words) {
      allowed += words;
      letOut();
    },
    async *run({ message }, { signal }): AsyncGenerator<AssistantEvent> {
      const [, words = '0', name = ''] = message.split(' ');
      begun.push(name);
      for (let word = 0; word < Number(words); word += 1) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
          letOut();
        });
        signal.throwIfAborted();
        yield { type: 'text', delta: `w${word} ` };
      }
    },
  };
}
