import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, type FormatConfig } from 'oxfmt';
import { renderProtocolReference } from './protocol-reference/render.ts';
import { readSourceNotes } from './protocol-reference/source-notes.ts';

const root = join(import.meta.dirname, '..');
const target = 'docs/reference/protocol.md';
const file = join(root, target);

const notes = readSourceNotes(join(root, 'packages/sdk/src/protocol'));
const formatOptions = JSON.parse(readFileSync(join(root, '.oxfmtrc.json'), 'utf8')) as FormatConfig;
const { code, errors } = await format(target, renderProtocolReference(notes), formatOptions);
if (errors.length > 0) throw new Error(errors.map((error) => error.message).join('\n'));

if (process.argv.includes('--check')) {
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (current !== code) {
    console.log(`${target} does not match packages/sdk/src/protocol. Run: npm run docs:protocol`);
    process.exit(1);
  }
  console.log(`${target} matches packages/sdk/src/protocol`);
} else {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, code);
  console.log(`wrote ${target}`);
}
