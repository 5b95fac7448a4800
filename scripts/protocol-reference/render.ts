import * as z from 'zod';
import {
  blockedMessage,
  cancelledMessage,
  closeCodes,
  connectMessage,
  contract,
  defaultLimits,
  errorCodes,
  errorMessage,
  events,
  pendingMessage,
  topic,
} from '../../packages/sdk/src/protocol/index.ts';
import * as sharedFields from '../../packages/sdk/src/protocol/fields.ts';
import * as operations from '../../packages/sdk/src/protocol/operations/index.ts';
import { fieldRows, limitsText, typeText, type JsonSchema } from './field-rows.ts';
import type { SourceNotes } from './source-notes.ts';

const sharedTypes: Record<string, z.ZodType> = { ...sharedFields, topic };
const messages = {
  connect: { schema: connectMessage, source: 'connectMessage' },
  pending: { schema: pendingMessage, source: 'pendingMessage' },
  blocked: { schema: blockedMessage, source: 'blockedMessage' },
  error: { schema: errorMessage, source: 'errorMessage' },
  cancelled: { schema: cancelledMessage, source: 'cancelledMessage' },
};

/** Writes the whole reference as Markdown, from the same table that the code is made of. */
export function renderProtocolReference(notes: SourceNotes): string {
  return [
    introduction(),
    operationTable(),
    ...Object.entries(operations).map(([source, operation]) =>
      operationSection(source, operation.name, notes),
    ),
    '## Messages of the server',
    'What a connection begins with, and what may come instead of a reply or before it.',
    ...Object.entries(messages).map(([name, { schema, source }]) =>
      [`### \`${name}\``, notes.get(source) ?? '', fieldTable(schema, source, notes)].join('\n\n'),
    ),
    '## Events',
    'Each event also carries `seq` (1, 2, 3 … within an epoch, without gaps; absent on events that concern one connection alone), `session_id`, `timestamp`, and the `request_id` that caused it, if one did.',
    ...Object.entries(events).map(([name, schema]) =>
      [`### \`${name}\``, fieldTable(schema, `events.${name}`, notes)].join('\n\n'),
    ),
    '## Shared types',
    ...Object.entries(sharedTypes).map(([name, schema]) => typeSection(name, schema, notes)),
    codeSections(notes),
  ].join('\n\n');
}

function introduction(): string {
  return `# Protocol reference

<!-- Written by \`npm run docs:protocol\` from packages/sdk/src/protocol. Change it there. -->

Messages are flat JSON objects; \`type\` names the message. This page lists every message with its fields. How connections open, how requests are repeated and how events resume is told in [PROTOCOL.md](../../PROTOCOL.md).

Every request may carry these fields beside its own; a field that a request does not know is refused.

${table(
  ['Field', 'Type', 'Required', 'Limits'],
  fieldRows({ properties: envelope(), required: [] }).map((row) => [
    `\`${row.field}\``,
    row.type,
    'no',
    row.limits,
  ]),
)}

A reply carries the \`request_id\` of its request. The reply of a signed operation also carries \`verified\` (always true), \`verification_id\` (names the log entry; \`audit_get\` returns it) and \`timestamp\`.`;
}

function operationTable(): string {
  return `## Operations

Class \`read\` may run again; \`once\` has an effect that a repeat does not repeat; \`run\` starts a process or a turn that a repeat joins.

${table(
  ['Request', 'Reply', 'Class', 'Signed', 'What it does'],
  Object.values(contract).map((operation) => [
    `[\`${operation.name}\`](#${operation.name})`,
    `\`${operation.reply}\``,
    operation.class,
    operation.verified ? 'yes' : 'no',
    operation.summary,
  ]),
)}`;
}

function operationSection(source: string, name: keyof typeof contract, notes: SourceNotes): string {
  const { summary, reply, class: kind, verified, paths, input, output } = contract[name];
  const facts = [
    `Class \`${kind}\``,
    `policy action \`ide_${name}\``,
    ...(paths.length === 0
      ? []
      : [`confined paths ${paths.map((path) => `\`${path}\``).join(', ')}`]),
    verified ? 'signed' : 'not signed',
  ];
  return `### \`${name}\`

${summary}

${facts.join(' · ')}

Request:

${fieldTable(input, `${source}.input`, notes, envelope())}

Reply \`${reply}\`:

${fieldTable(output, `${source}.output`, notes)}`;
}

function typeSection(name: string, schema: z.ZodType, notes: SourceNotes): string {
  const json = toJsonSchema(schema);
  const definition = json.$defs?.[name] ?? json;
  const note = notes.get(name) ?? '';
  const body =
    definition.properties === undefined
      ? [typeText(definition), limitsText(definition)].filter((text) => text !== '').join('; ')
      : fieldTable(schema, name, notes);
  return [`### Type \`${name}\``, note, body].filter((text) => text !== '').join('\n\n');
}

function fieldTable(
  schema: z.ZodType,
  source: string,
  notes: SourceNotes,
  leftOut: Readonly<Record<string, JsonSchema>> = {},
): string {
  const json = toJsonSchema(schema);
  const name = json.$ref?.slice(json.$ref.lastIndexOf('/') + 1);
  const definition = name === undefined ? json : (json.$defs?.[name] ?? json);
  const rows = fieldRows({
    properties: Object.fromEntries(
      Object.entries(definition.properties ?? {}).filter(
        ([field, property]) => JSON.stringify(property) !== JSON.stringify(leftOut[field]),
      ),
    ),
    required: definition.required ?? [],
  });
  if (rows.length === 0) return 'No fields of its own.';
  return table(
    ['Field', 'Type', 'Required', 'Limits and notes'],
    rows.map((row) => [
      `\`${row.field}\``,
      row.type,
      row.required ? 'yes' : 'no',
      [row.limits, notes.get(`${name ?? source}.${row.field.replaceAll(/\[\]|\.\*/g, '')}`) ?? '']
        .filter((text) => text !== '')
        .join('. '),
    ]),
  );
}

function codeSections(notes: SourceNotes): string {
  return `## Codes and limits

### Error codes

${errorCodes.map((code) => `\`${code}\``).join(' · ')}

### Close codes

${notes.get('closeCodes') ?? ''}

${table(
  ['Code', 'Name', 'Notes'],
  Object.entries(closeCodes).map(([name, code]) => [
    String(code),
    `\`${name}\``,
    notes.get(`closeCodes.${name}`) ?? '',
  ]),
)}

### Default limits

${notes.get('defaultLimits') ?? ''}

${table(
  ['Limit', 'Default', 'Notes'],
  Object.entries(defaultLimits).map(([name, value]) => [
    `\`${name}\``,
    value.toLocaleString('en-US'),
    notes.get(`defaultLimits.${name}`) ?? '',
  ]),
)}
`;
}

/** The fields that every request has, found where nothing else is: in a request without fields. */
function envelope(): Readonly<Record<string, JsonSchema>> {
  return toJsonSchema(contract.approval_list.input).properties ?? {};
}

function toJsonSchema(schema: z.ZodType): JsonSchema & { $defs?: Record<string, JsonSchema> } {
  const named = z.registry<{ id: string }>();
  for (const [id, type] of Object.entries(sharedTypes)) named.add(type, { id });
  return z.toJSONSchema(schema, { io: 'input', metadata: named }) as JsonSchema;
}

/** A Markdown table without the columns in which nothing stands. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = head.flatMap((_, column) =>
    rows.some((row) => row[column] !== '') ? [column] : [],
  );
  const line = (cells: readonly string[]): string =>
    `| ${used.map((column) => (cells[column] ?? '').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
