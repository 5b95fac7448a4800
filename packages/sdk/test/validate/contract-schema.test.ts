import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { check } from '../../src/validate/check.ts';
import { contractSchema } from '../../src/validate/contract-schema.ts';
import type { Schema } from '../../src/validate/schema.ts';
import { seededRandom } from '../support/proxy.ts';
import { describeContract, described } from './describe-contract.ts';

const rounds = 60;

const messages = (['inputs', 'replies', 'events'] as const).flatMap((group) =>
  Object.entries<z.ZodType>(described[group]).map(([name, schema]) => ({
    ...{ title: `${group} ${name}`, schema, description: contractSchema[group][name]! },
  })),
);
messages.push({
  ...{ title: 'pending', schema: described.pending, description: contractSchema.pending },
});

describe('the contract as JSON Schema', () => {
  it('is what the zod schemas say; if not: node test/validate/describe-contract.ts', () => {
    expect(contractSchema).toEqual(describeContract());
  });

  it.each(messages)(
    'judges messages as zod does, right ones and wrong ones: $title',
    ({ schema, description }) => {
      const random = seededRandom(messages.length);
      let wrong = 0;
      for (let round = 0; round < rounds; round++) {
        const message = sample(description, random);
        expect(check(description, message), JSON.stringify(message)).toEqual([]);
        expect(pathsOf(schema, message)).toEqual([]);

        const broken = spoil(message, random);
        const paths = check(description, broken).map(({ path }) => path);
        expect(new Set(paths), JSON.stringify(broken)).toEqual(new Set(pathsOf(schema, broken)));
        if (paths.length > 0) wrong++;
      }
      expect(wrong).toBeGreaterThan(rounds / 10);
      expect(wrong).toBeLessThan(rounds);
    },
  );
});

/** Where zod finds faults. It names an unknown field by what holds it. */
function pathsOf(schema: z.ZodType, value: unknown): string[] {
  const issues = schema.safeParse(value).error?.issues ?? [];
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...issue.path, key].join('.'))
      : [issue.path.join('.')],
  );
}

type Random = () => number;

const pick = <T>(items: readonly T[], random: Random): T =>
  items[Math.floor(random() * items.length)]!;

/** A message that the schema allows. */
function sample(schema: Schema, random: Random, depth = 0): unknown {
  if (schema.$ref) return sample(contractSchema.$defs[schema.$ref.split('/')[2]!]!, random, depth);
  if (schema.anyOf) return sample(pick(schema.anyOf, random), random, depth);
  if (schema.enum) return pick(schema.enum, random);
  if ('const' in schema) return schema.const;
  const { minLength = 0, maxLength = 40, minItems = 0, minimum = -9, maximum = 9 } = schema;
  switch (pick([schema.type ?? 'object'].flat(), random)) {
    case 'boolean':
      return random() < 0.5;
    case 'integer':
      return pick([Math.ceil(minimum), Math.floor(maximum)], random);
    case 'number':
      return minimum + random() * (maximum - minimum);
    case 'null':
      return null;
    case 'string':
      return schema.pattern
        ? pick(patterned, random).find((text) => new RegExp(schema.pattern!).test(text))
        : 'é'.repeat(pick([minLength, Math.min(maxLength, 40)], random));
    case 'array':
      return Array.from({ length: depth > 4 ? 0 : minItems + Math.floor(random() * 2) }, () =>
        sample(schema.items!, random, depth + 1),
      );
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).filter(
        ([name]) => schema.required?.includes(name) || random() < 0.5,
      );
      return Object.fromEntries(
        fields.map(([name, field]) => [name, sample(field, random, depth + 1)]),
      );
    }
  }
}

const hash = `sha256:${'0a'.repeat(32)}`;
const patterned = [
  [hash, hash.slice('sha256:'.length), '2026-11-21T12:00:00Z'],
  [hash, hash.slice('sha256:'.length), '2024-02-29T23:59:59.123456Z'],
];

const junk = [
  ...[undefined, null, true, 0, -1, 1.5, 1e300, NaN, Infinity, '', 'other', 'x'.repeat(70_000)],
  ...[{}, { length: 1 }, [], [null], Array.from({ length: 70 }, () => 'x'), hash.toUpperCase()],
  ...['2026-02-30T12:00:00Z', '2026-11-21T12:00:00+01:00', '2026-11-21T12:00:00'],
];

/** The same message with one part of it replaced, taken away or added. */
function spoil(message: unknown, random: Random): unknown {
  if (typeof message !== 'object' || message === null || random() < 0.05) return pick(junk, random);
  const names = Object.keys(message);
  if (names.length === 0 || random() < 0.1) {
    return Array.isArray(message) ? [...message, pick(junk, random)] : { ...message, extra: 1 };
  }
  const name = pick(names, random);
  const value = (message as Record<string, unknown>)[name];
  const change = random() < 0.6 ? spoil(value, random) : pick(junk, random);
  return Array.isArray(message)
    ? message.with(Number(name), change)
    : { ...message, [name]: change };
}
