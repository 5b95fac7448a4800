import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { isSignedBy, type OpenedEnvelope } from './envelope.ts';
import { publicKeyOf } from './key-change.ts';
import type { HeldKeys } from './key-home.ts';
import { readIfPresent, type LogPaths } from './log-directory.ts';
import { readLines } from './read-lines.ts';
import { readLogLine } from './signature-check.ts';
import { keyIdOf } from './signing-key.ts';

/**
 * The keys that a damaged log may have had, its first one first: those that it published, those that
 * its lines name, and those at hand. They only help to name the damage; nothing is trusted for them.
 */
export async function knownKeys(log: {
  reader: FileHandle;
  paths: LogPaths;
  held: HeldKeys;
}): Promise<KeyObject[]> {
  const { first, named } = await readKeys(log.reader);
  const held = [log.held.key, log.held.other].flatMap((key) => (key ? [key.publicKey] : []));
  const all = [...(await publishedKeys(log.paths.jwks)), ...named, ...held];
  const unique = [...new Map(all.map((key) => [keyIdOf(key), key])).values()];
  const began = unique.find((key) => first !== undefined && isSignedBy(first, key));
  return began === undefined ? unique : [began, ...unique.filter((key) => key !== began)];
}

/** The first line that is an entry, and the keys that all of them name. */
async function readKeys(reader: FileHandle) {
  const named: KeyObject[] = [];
  let first: OpenedEnvelope | undefined;
  for await (const { lines } of readLines(reader)) {
    for (const line of lines) {
      const { opened } = readLogLine(line, 0);
      first ??= opened;
      const change = opened?.entry.key;
      if (change && named.length < mostNamed)
        named.push(publicKeyOf(change.previous), publicKeyOf(change.spki));
    }
  }
  return { first, named };
}

async function publishedKeys(path: string): Promise<KeyObject[]> {
  try {
    const { keys } = JSON.parse((await readIfPresent(path)) ?? '{"keys":[]}') as {
      keys: JsonWebKey[];
    };
    return keys.slice(0, mostNamed).map((key) => createPublicKey({ key, format: 'jwk' }));
  } catch {
    // A damaged file of keys is no worse than none.
    return [];
  }
}

/** Anybody can write keys into a damaged log, and every line that no key has signed is tried with all. */
const mostNamed = 32;
