import { expect, test } from 'vitest';
import { createTextTail } from '../../src/session/text-tail.ts';

test('the latest of a text is kept, and it is told when the beginning is missing', () => {
  const tail = createTextTail(5);
  tail.append('abc');
  expect(tail).toMatchObject({ text: 'abc', truncated: false });
  tail.append('de');
  expect(tail).toMatchObject({ text: 'abcde', truncated: false });
  tail.append('fg');
  expect(tail).toMatchObject({ text: 'cdefg', truncated: true });
  tail.append('0123456789');
  expect(tail.text).toBe('56789');
});

test('a character is kept whole or not at all', () => {
  const tail = createTextTail(2);
  tail.append('🦆x');
  expect(tail.text).toBe('x');
});
