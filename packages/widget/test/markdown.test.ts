import { expect, test } from 'vitest';
import { createMarkdownStream } from '../src/markdown/stream.ts';

const actions = {
  copy: () => Promise.resolve(true),
  insert: () => undefined,
  run: () => undefined,
  canRun: () => false,
};

/** The markup of a text that comes in steps of so many characters; 0 for all at once. */
function markupOf(text: string, step: number): string {
  const root = document.createElement('div');
  const stream = createMarkdownStream(root, actions);
  for (let end = step; step > 0 && end < text.length; end += step) {
    stream.show(text.slice(0, end), false);
  }
  stream.show(text, true);
  return root.innerHTML;
}

const cases: readonly (readonly [text: string, markup: string])[] = [
  [
    'Use ast.literal_eval instead of running_it now.',
    '<p>Use ast.literal_eval instead of running_it now.</p>',
  ],
  ['snake_case_name and a__b', '<p>snake_case_name and a__b</p>'],
  ['größe_ñ_ж works', '<p>größe_ñ_ж works</p>'],
  ['a private name_ stays', '<p>a private name_ stays</p>'],
  ['call(name_) and name_.', '<p>call(name_) and name_.</p>'],
  ['_emphasis_ and __strong__.', '<p><em>emphasis</em> and <strong>strong</strong>.</p>'],
  ['_all of some_name here_ too', '<p><em>all of some_name here</em> too</p>'],
  ['(_inside_)', '<p>(<em>inside</em>)</p>'],
  ['*some_name*', '<p><em>some_name</em></p>'],
  ['`a_b_` and `_c`', '<p><code>a_b_</code> and <code>_c</code></p>'],
  ['ends_', '<p>ends_</p>'],
];

test.each(cases)('%j is emphasised as CommonMark says, however it arrives', (text, markup) => {
  expect(markupOf(text, 0)).toBe(markup);
  expect(markupOf(text, 1)).toBe(markup);
  expect(markupOf(text, 3)).toBe(markup);
});

test('an underscore stays in code, in an address and in the name of a language', () => {
  const root = document.createElement('div');
  const stream = createMarkdownStream(root, actions);
  stream.show('[x](https://a.example/b_c_)\n\n```my_lang\nx_.y_z = 1_000\n```\n', true);
  expect(root.querySelector('a')?.getAttribute('href')).toBe('https://a.example/b_c_');
  expect(root.querySelector('figcaption span')?.textContent).toBe('my_lang');
  expect(root.querySelector('pre')?.textContent).toBe('x_.y_z = 1_000');
});
