/** A run of text in one style. Colours are the names of the eight ANSI colours. */
export interface StyledText {
  text: string;
  color: AnsiColor | null;
  bold: boolean;
}

/** Names of SGR colours 30–37 and, bright, 90–97. */
export type AnsiColor =
  | 'black'
  | 'red'
  | 'green'
  | 'yellow'
  | 'blue'
  | 'magenta'
  | 'cyan'
  | 'white';

const colors: readonly AnsiColor[] = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
];

// A control sequence is ESC [ parameters intermediates final; an OSC ends in BEL or ST. Built from
// char codes, so that no control character stands in a literal.
const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);
const sequence = new RegExp(
  `${escape}\\[([0-9;:?<=>]*)[ -/]*([@-~])|${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)|${escape}[@-Z\\\\^_]`,
  'g',
);

/**
 * Reads program output: keeps colour and weight, drops every other control sequence.
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-48/
 */
export function parseAnsi(output: string): StyledText[] {
  const runs: StyledText[] = [];
  let color: AnsiColor | null = null;
  let bold = false;
  let last = 0;
  const push = (text: string) => {
    if (text !== '') runs.push({ text: text.replaceAll('\r\n', '\n'), color, bold });
  };
  for (const match of output.matchAll(sequence)) {
    push(output.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[2] !== 'm') continue;
    const codes = (match[1] || '0').split(/[;:]/).map(Number);
    for (let at = 0; at < codes.length; at += 1) {
      const code = codes[at]!;
      if (code === 0) [color, bold] = [null, false];
      else if (code === 1) bold = true;
      else if (code === 22) bold = false;
      else if (code === 39) color = null;
      else if (code >= 30 && code <= 37) color = colors[code - 30]!;
      else if (code >= 90 && code <= 97) color = colors[code - 90]!;
      // 38 and 48 carry a palette index (5;n) or a true colour (2;r;g;b), which are left out.
      else if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
    }
  }
  push(output.slice(last));
  return runs;
}
