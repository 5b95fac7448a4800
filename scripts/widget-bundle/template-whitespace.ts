import type { Plugin } from 'rolldown';
import { parseSync, Visitor, type ESTree } from 'rolldown/utils';

/** Takes the indentation out of `html`, `svg` and `css` templates, which a minifier leaves as text. */
export function templateWhitespace(): Plugin {
  return {
    name: 'template-whitespace',
    transform: {
      filter: { id: /\/packages\/widget\/src\/.*\.ts$/ },
      handler: (code, id) => ({ code: withoutIndentation(code, id) }),
    },
  };
}

function withoutIndentation(code: string, id: string): string {
  const cuts: { start: number; end: number; text: string }[] = [];
  new Visitor({
    TaggedTemplateExpression({ tag, quasi }: ESTree.TaggedTemplateExpression) {
      const kind = tag.type === 'Identifier' ? tag.name : '';
      const shorten = { html: shortMarkup, svg: shortMarkup, css: shortStyles }[kind];
      if (shorten === undefined) return;
      for (const { start, end, value } of quasi.quasis) {
        // Some parsers count the delimiters to the part; its own text says where it stands.
        const from = code.indexOf(value.raw, start);
        if (from + value.raw.length > end)
          throw new Error(`${id}: a template part is out of place`);
        cuts.push({ start: from, end: from + value.raw.length, text: shorten(value.raw) });
      }
    },
  }).visit(parseSync(id, code).program);
  // Templates stand inside each other, but their literal parts never do.
  return cuts
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, cut) => text.slice(0, cut.start) + cut.text + text.slice(cut.end), code);
}

/** A browser shows any run of white space as one space. */
function shortMarkup(text: string): string {
  return text.replace(/\s+/g, ' ');
}

function shortStyles(text: string): string {
  return text
    .replace(/\/\*.*?\*\//gs, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .replace(/: /g, ':')
    .replaceAll(';}', '}')
    .trim();
}
