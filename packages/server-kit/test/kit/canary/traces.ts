import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The text and what it looks like where somebody has encoded it, also as a part of something longer. */
export function tracesOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const inBase64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The digits at both ends are made of the neighbours’ bits as well.
    return encoded.slice(before === 0 ? 0 : before + 1, -4);
  });
  const inBase64Url = inBase64.map((part) => part.replaceAll('+', '-').replaceAll('/', '_'));
  return [...new Set([text, bytes.toString('hex'), ...inBase64, ...inBase64Url])];
}

/** Every text that a value holds at any depth: keys, hidden fields, causes of errors, bytes. */
export function textsIn(value: unknown, seen = new Set<unknown>()): string[] {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) {
    return [String(value)];
  }
  if (seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('latin1')];
  const entries = value instanceof Map || value instanceof Set ? [...value] : [];
  const fields = Reflect.ownKeys(value).flatMap((key) => [String(key), fieldOf(value, key)]);
  return [...entries, ...fields].flatMap((part) => textsIn(part, seen));
}

function fieldOf(value: object, key: PropertyKey): unknown {
  try {
    return Reflect.get(value, key);
  } catch (error) {
    // A getter that works on another object only.
    return error;
  }
}

/** Texts of the files below a directory, by their path in it. */
export async function filesBelow(directory: string): Promise<Map<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(
    paths.map(async (path) => {
      const text = (await readFile(path)).toString('latin1');
      return [relative(directory, path), text] as const;
    }),
  );
  return new Map(texts);
}

/** Texts in each column of a store, by `table.column`. */
export function columnsIn(store: string): Map<string, string> {
  const database = new DatabaseSync(store, { readOnly: true });
  const columns = new Map<string, string>();
  try {
    const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all();
    for (const { name: table } of tables) {
      const rows = database.prepare(`select * from "${String(table)}"`).all();
      for (const [column, value] of rows.flatMap((row) => Object.entries(row))) {
        const key = `${String(table)}.${column}`;
        columns.set(key, [columns.get(key), ...textsIn(value)].join('\n'));
      }
    }
    return columns;
  } finally {
    database.close();
  }
}
