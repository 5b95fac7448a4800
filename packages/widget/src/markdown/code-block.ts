import { messageStrings as words } from '../strings/message.ts';

/** What the buttons of a code block do. */
export interface CodeBlockActions {
  copy(code: string): Promise<boolean>;
  insert(code: string): void;
  run(language: string, code: string): void;
  /** Whether this language can be run here. */
  canRun(language: string): boolean;
}

/** A code block under construction. */
export interface CodeBlock {
  element: HTMLElement;
  /** Where the text goes. */
  code: HTMLElement;
  /** Tells the language, which a parser knows only after the block has begun. */
  setLanguage(language: string): void;
}

/** Makes a code block with its head: language, Copy, Insert, and Run where it can run. */
export function createCodeBlock(actions: CodeBlockActions): CodeBlock {
  const element = document.createElement('figure');
  const head = document.createElement('figcaption');
  const label = document.createElement('span');
  const pre = document.createElement('pre');
  const code = document.createElement('code');
  pre.tabIndex = 0;
  pre.append(code);
  const text = () => code.textContent ?? '';

  const copy = button(words.copy, () => {
    void actions.copy(text()).then((copied) => {
      if (copied) copy.textContent = words.copied;
    });
  });
  const insert = button(words.insert, () => actions.insert(text()));
  let language = '';
  const run = button(words.run, () => actions.run(language, text()));
  run.hidden = true;
  head.append(label, copy, insert, run);
  element.append(head, pre);

  return {
    element,
    code,
    setLanguage(name) {
      language = name;
      label.textContent = name;
      run.hidden = !actions.canRun(name);
    },
  };
}

function button(label: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'button quiet';
  element.textContent = label;
  element.addEventListener('click', onClick);
  return element;
}
