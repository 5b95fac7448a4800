import type { IdeState } from '@ide-assistant/sdk';
import { starterStrings as words } from '../strings/chat.ts';
import { firstFile } from './first-file.ts';

/** Something to try in an empty chat. */
export type Starter = { label: string } & (
  | { kind: 'ask'; message: string }
  | { kind: 'run'; language: string; code: string }
  | { kind: 'canvas' }
);

const firstLines: Readonly<Record<string, string>> = {
  python: 'import sys\nprint("Python", sys.version.split()[0])',
  javascript: 'console.log("Node", process.version)',
  bash: 'echo "bash $BASH_VERSION"',
};

/** Up to three things that work here and now: with this workspace, with or without a model. */
export function starters(state: Pick<IdeState, 'activePath' | 'tree' | 'status'>): Starter[] {
  if (state.status.state !== 'connected') return [];
  const { assistant, languages } = state.status.connect.capabilities;
  const path = state.activePath ?? firstFile(state.tree)?.path;
  return path === undefined
    ? inEmptyWorkspace(assistant.model !== null, languages)
    : aboutFile(path, assistant.model !== null);
}

function inEmptyWorkspace(model: boolean, languages: readonly string[]): Starter[] {
  const language = languages.find((one) => Object.hasOwn(firstLines, one));
  return [
    { label: words.newFile, kind: 'canvas' },
    ...(language === undefined
      ? []
      : [
          {
            label: words.run(language),
            kind: 'run',
            language,
            code: firstLines[language]!,
          } as const,
        ]),
    model ? ask(words.write) : ask(words.commands, '/help'),
  ];
}

function aboutFile(path: string, model: boolean): Starter[] {
  const scan = ask(words.scan(path), `/scan ${path}`);
  const fix = ask(words.fix(path), `/fix ${path}`);
  return model ? [ask(words.explain(path)), scan, fix] : [scan, fix, ask(words.commands, '/help')];
}

function ask(label: string, message = label): Starter {
  return { label, kind: 'ask', message };
}
