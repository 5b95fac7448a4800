/** What the reference needs of a JSON schema, as zod writes it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | readonly string[];
  properties?: Readonly<Record<string, JsonSchema>>;
  /** The values of a map with free keys. */
  additionalProperties?: JsonSchema | boolean;
  required?: readonly string[];
  items?: JsonSchema;
  anyOf?: readonly JsonSchema[];
  enum?: readonly unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
}

/** One line of a table of fields. */
export interface FieldRow {
  /** `context.files`, or `proof[].hash` inside a list. */
  field: string;
  type: string;
  required: boolean;
  /** Limits in words; empty when there are none. */
  limits: string;
}

/** Lists the fields of an object, those of nested objects right below their parent. */
export function fieldRows(schema: JsonSchema, prefix = ''): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const field = prefix + name;
    rows.push({
      field,
      type: typeText(property),
      required: schema.required?.includes(name) ?? false,
      limits: limitsText(property),
    });
    rows.push(
      ...fieldRows(property, `${field}.`),
      ...fieldRows(property.items ?? {}, `${field}[].`),
      ...fieldRows(mapValues(property) ?? {}, `${field}.*.`),
    );
  }
  return rows;
}

/** The type in Markdown: shared types link to their section, literals stand in code marks. */
export function typeText(schema: JsonSchema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return `[${name}](#type-${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(' or ');
  if (schema.items !== undefined) return `list of ${typeText(schema.items)}`;
  const values = mapValues(schema);
  if (values !== undefined) return `map of ${typeText(values)}`;
  if (typeof schema.type === 'string') return schema.type;
  if (schema.type !== undefined) return schema.type.join(' or ');
  return 'any JSON value';
}

/** Lengths, counts, ranges and patterns in words. */
export function limitsText(schema: JsonSchema): string {
  const limits: string[] = [];
  const add = (text: string | null): void => {
    if (text !== null) limits.push(text);
  };
  add(range(schema.minLength, schema.maxLength, 'characters'));
  add(range(schema.minItems, schema.maxItems, 'items'));
  // Every integer is bounded by what a double holds exactly; that says nothing about the field.
  add(range(unlessUnsafe(schema.minimum), unlessUnsafe(schema.maximum), ''));
  if (schema.format === 'date-time') add('ISO 8601');
  else if (schema.pattern !== undefined) add(`matches \`${schema.pattern}\``);
  if (schema.items !== undefined && schema.items.properties === undefined) {
    const each = limitsText(schema.items);
    if (each !== '') add(`each ${each}`);
  }
  return limits.join('; ');
}

/** The values of a map; undefined for an object with fixed fields. */
function mapValues(schema: JsonSchema): JsonSchema | undefined {
  const { additionalProperties: values } = schema;
  return typeof values === 'object' ? values : undefined;
}

function range(from: number | undefined, to: number | undefined, unit: string): string | null {
  const suffix = unit === '' ? '' : ` ${unit}`;
  if (from !== undefined && to !== undefined) return `${count(from)} to ${count(to)}${suffix}`;
  if (to !== undefined) return `at most ${count(to)}${suffix}`;
  if (from !== undefined) return `at least ${count(from)}${suffix}`;
  return null;
}

function unlessUnsafe(value: number | undefined): number | undefined {
  return value !== undefined && Math.abs(value) === Number.MAX_SAFE_INTEGER ? undefined : value;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function literal(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
