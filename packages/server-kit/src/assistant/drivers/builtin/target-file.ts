import type { AssistantTurn } from '../../assistant.ts';

/** The file that a command is about: the one named, else the one that the person looks at. */
export function targetFile(words: readonly string[], turn: AssistantTurn): string | null {
  return words[0]?.replace(/^@/, '') ?? turn.context.activeFile ?? null;
}

/** Said when a command needs a file and there is none. */
export function needsFile(name: string): string {
  return `Which file? Open one, or name it: \`/${name} app.py\`.`;
}
