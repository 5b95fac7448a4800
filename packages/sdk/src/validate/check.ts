import { contractSchema } from './contract-schema.ts';
import type { Schema, TypeName } from './schema.ts';

/** One fault of a message. */
export interface Issue {
  /** The field, as `tree.0.name`; empty for the message itself. */
  path: string;
  /** What is wrong with it. */
  message: string;
}

/** Finds what in `value` is not as the schema says. A field that is `undefined` counts as missing. */
export function check(schema: Schema, value: unknown, path = ''): Issue[] {
  const { $ref, items, properties } = schema;
  if ($ref) return check(contractSchema.$defs[$ref.replace('#/$defs/', '')]!, value, path);
  const message = faultOf(schema, value);
  if (message) return [{ path, message }];

  const pathOf = (name: string | number) => (path ? `${path}.${name}` : `${name}`);
  if (items) {
    return (value as unknown[]).flatMap((item, index) => check(items, item, pathOf(index)));
  }
  if (!properties) return [];
  const fields = value as Record<string, unknown>;
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(properties, name));
  return [
    ...(schema.additionalProperties === false ? unknown : []).map((name) => ({
      ...{ path: pathOf(name), message: 'is not known' },
    })),
    ...Object.entries(properties).flatMap(([name, field]) =>
      fields[name] !== undefined
        ? check(field, fields[name], pathOf(name))
        : schema.required?.includes(name)
          ? [{ path: pathOf(name), message: 'is missing' }]
          : [],
    ),
  ];
}

/** What is wrong with a value as a whole, its parts left aside. */
function faultOf(schema: Schema, value: unknown): string | undefined {
  const { anyOf, type = [], enum: values, pattern } = schema;
  if (anyOf?.every((option) => check(option, value).length > 0)) return 'is of no allowed kind';
  const types = [type].flat();
  if (types.length > 0 && !types.some((name) => isOfType[name](value))) {
    return `must be ${types.join(' or ')}`;
  }
  if (values && !values.includes(value)) return `must be ${values.join(' or ')}`;
  if ('const' in schema && value !== schema.const) return `must be ${schema.const}`;
  if (pattern && !new RegExp(pattern).test(value as string)) return 'is not well formed';

  const min = schema.minimum ?? schema.minLength ?? schema.minItems ?? -Infinity;
  const max = schema.maximum ?? schema.maxLength ?? schema.maxItems ?? Infinity;
  const size = typeof value === 'number' ? value : (value as string | null)?.length;
  if (size! < min || size! > max) {
    return `${typeof value === 'number' ? 'must be' : 'must have a length'} from ${min} to ${max}`;
  }
  return undefined;
}

const isOfType: Record<TypeName, (value: unknown) => boolean> = {
  array: Array.isArray,
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isSafeInteger,
  null: (value) => value === null,
  number: Number.isFinite,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  string: (value) => typeof value === 'string',
};
