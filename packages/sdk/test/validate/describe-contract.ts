import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, type FormatConfig } from 'oxfmt';
import * as z from 'zod';
import { contract, events, pendingMessage } from '../../src/protocol/index.ts';
import * as fields from '../../src/protocol/fields.ts';
import type { ContractSchema } from '../../src/validate/schema.ts';

const target = 'packages/sdk/src/validate/contract-schema.ts';
const root = new URL('../../../../', import.meta.url);

const proof = {
  verified: z.literal(true),
  verification_id: z.string(),
  timestamp: fields.instant,
};

const envelope = {
  seq: z.int().optional(),
  session_id: z.string(),
  timestamp: fields.instant,
  request_id: z.string().optional(),
};

/** The messages that `validate` looks at, as zod schemas. */
export const described = {
  inputs: mapValues(contract, ({ input }) => input as z.ZodObject),
  replies: mapValues(contract, ({ output, verified }) =>
    (output as z.ZodObject).extend(verified ? proof : {}),
  ),
  events: mapValues(events, (event) => (event as z.ZodObject).extend(envelope)),
  pending: pendingMessage,
};

/** The same as JSON Schema, without the keywords that do nothing for a check. */
export function describeContract(): ContractSchema {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(fields)) names.add(schema, { id });

  const groups = mapValues(described, (group) =>
    group instanceof z.ZodType ? group : z.object(group),
  );
  const { $defs, properties } = z.toJSONSchema(z.object(groups), {
    io: 'input',
    metadata: names,
    override: ({ jsonSchema }) => {
      delete jsonSchema.id;
      // A pattern stands beside each format, and keys of an object are strings anyway.
      delete jsonSchema.format;
      delete jsonSchema.propertyNames;
      if (jsonSchema.enum) delete jsonSchema.type;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.additionalProperties !== false) delete jsonSchema.additionalProperties;
    },
  }) as { $defs: object; properties: Record<string, { properties: object }> };
  const { pending, ...others } = properties;
  const parts = { $defs, ...mapValues(others, (group) => group.properties), pending };
  return JSON.parse(JSON.stringify(parts)) as ContractSchema;
}

/** Writes the file that this folder's tests compare with the contract. */
export async function writeContractSchema(): Promise<void> {
  const text = [
    `import type { ContractSchema } from './schema.ts';`,
    '',
    `/** The contract as JSON Schema, made from the zod schemas of \`src/protocol\`. */`,
    `export const contractSchema: ContractSchema = ${JSON.stringify(describeContract())};`,
  ].join('\n');
  const options = JSON.parse(readFileSync(new URL('.oxfmtrc.json', root), 'utf8')) as FormatConfig;
  const { code } = await format(target, text, options);
  writeFileSync(fileURLToPath(new URL(target, root)), code);
}

function mapValues<T extends object, R>(
  object: T,
  change: (value: T[keyof T]) => R,
): { [K in keyof T]: R } {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, change(value as T[keyof T])]),
  ) as { [K in keyof T]: R };
}

if (import.meta.main) await writeContractSchema();
