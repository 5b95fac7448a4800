import { expect, test } from 'vitest';
import { safeHref } from '../../src/state/link-policy.ts';

test.each([
  ['https://example.org/a', 'https://example.org/a'],
  ['http://example.org/', 'http://example.org/'],
  ['mailto:ada@example.org', 'mailto:ada@example.org'],
  ['#part', '#part'],
])('lets %s through', (href, expected) => {
  expect(safeHref(href)).toBe(expected);
});

test.each([
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:https://example.org/1',
  'file:///etc/passwd',
  '//example.org/protocol-relative',
  '/path',
  'relative',
  '',
])('keeps %j out', (href) => {
  expect(safeHref(href)).toBeNull();
});
