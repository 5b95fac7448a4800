import { expect, test } from 'vitest';
import { fieldRows, limitsText, typeText } from '../protocol-reference/field-rows.ts';
import { collectNotes } from '../protocol-reference/source-notes.ts';

test('lists nested fields below their parent, through lists and maps', () => {
  const rows = fieldRows({
    required: ['fixes'],
    properties: {
      fixes: {
        type: 'array',
        items: { type: 'object', required: ['rule'], properties: { rule: { type: 'string' } } },
      },
      levels: {
        type: 'object',
        additionalProperties: { type: 'object', properties: { by: { type: 'string' } } },
      },
    },
  });
  expect(rows.map((row) => [row.field, row.type, row.required])).toEqual([
    ['fixes', 'list of object', true],
    ['fixes[].rule', 'string', true],
    ['levels', 'map of object', false],
    ['levels.*.by', 'string', false],
  ]);
});

test('says types in words, and links shared ones', () => {
  expect(typeText({ $ref: '#/$defs/treeNode' })).toBe('[treeNode](#type-treenode)');
  expect(typeText({ anyOf: [{ $ref: '#/$defs/hash' }, { type: 'null' }] })).toBe(
    '[hash](#type-hash) or null',
  );
  expect(typeText({ type: 'string', enum: ['utf8', 'base64'] })).toBe('`utf8` or `base64`');
  expect(typeText({})).toBe('any JSON value');
});

test('says limits in words, and leaves out the bounds that every integer has', () => {
  expect(limitsText({ type: 'string', minLength: 1, maxLength: 4096 })).toBe(
    '1 to 4,096 characters',
  );
  expect(
    limitsText({
      type: 'integer',
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  ).toBe('');
  expect(limitsText({ type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })).toBe(
    'at least 1',
  );
  expect(
    limitsText({ type: 'array', maxItems: 32, items: { type: 'string', maxLength: 64 } }),
  ).toBe('at most 32 items; each at most 64 characters');
});

test('reads the comments of declarations and of their fields at any depth', () => {
  const notes = new Map<string, string>();
  collectNotes(
    `/** A change. */
export const change = defineOperation({
  input: {
    /** Null for a
     * new file. */
    hash,
    list: z.array(z.object({
      /** Bytes. */
      size: z.int(),
    })),
  },
});`,
    notes,
  );
  expect(Object.fromEntries(notes)).toEqual({
    change: 'A change.',
    'change.input.hash': 'Null for a new file.',
    'change.input.list.size': 'Bytes.',
  });
});
