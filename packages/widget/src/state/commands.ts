import { commandStrings } from '../strings/chat.ts';

/** A command that the server's assistant understands without a model. */
export interface Command {
  /** With its slash, as "/fix". */
  name: string;
  summary: string;
  /** Whether a file follows it. */
  takesPath: boolean;
}

/** The commands, in the order of the list. */
export const commands: readonly Command[] = [
  { name: '/scan', summary: commandStrings.scan, takesPath: true },
  { name: '/fix', summary: commandStrings.fix, takesPath: true },
  { name: '/run', summary: commandStrings.run, takesPath: true },
  { name: '/explain', summary: commandStrings.explain, takesPath: false },
  { name: '/format', summary: commandStrings.format, takesPath: true },
  { name: '/help', summary: commandStrings.help, takesPath: false },
];

/** The commands that a draft may become, while it is a slash and letters. */
export function matchingCommands(draft: string): readonly Command[] {
  if (!/^\/[a-z]*$/i.test(draft)) return [];
  return commands.filter((command) => command.name.startsWith(draft.toLowerCase()));
}

/** The draft after choosing a command: with the active file where one is meant. */
export function completeCommand(command: Command, activePath: string | null): string {
  if (!command.takesPath) return command.name;
  return `${command.name} ${activePath ?? ''}`;
}
