import {
  createPrivateKey,
  createPublicKey,
  hash,
  sign,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  leafHash,
  MerkleTree,
  openAuditLog,
  pae,
  writeCheckpoint,
  type AuditLog,
  type DsseEnvelope,
} from '../../src/verification/index.ts';
import { readLogLines, statement, temporaryDirectory } from './fixtures.ts';

export const origin = 'ide-assistant/local';

/** Entries of the scene's log: an intent and its result stand at {@link intentAt} and {@link resultAt}. */
export const count = 9;
export const intentAt = 3;
export const resultAt = 6;
/** In the log whose key was changed, the entry that says so. */
export const changeAt = 4;

/** A log as an attacker finds it, with all that he may have stolen. */
export interface Scene {
  directory: string;
  lines: string[];
  /** Keys that auditors have. */
  jwks: { keys: JsonWebKey[] };
  /** The log's key; the one before it, where it was changed. */
  stolenKey: KeyObject;
  oldKey: KeyObject;
  /** Checkpoints that others have kept, over two, five and all entries. */
  anchors: { old: string; middle: string; newest: string };
}

interface Master extends Omit<Scene, 'directory' | 'lines'> {
  directory: string;
}

/**
 * Makes the logs once for a test file. `sceneOf` gives each test a copy of its own: `plain`, or
 * `rotated`, whose key was changed in the middle.
 */
export function useScenes(): (kind: 'plain' | 'rotated') => Promise<Scene> {
  let root = '';
  const masters = new Map<string, Master>();
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'audit-scenes-'));
    for (const kind of ['plain', 'rotated']) {
      masters.set(kind, await makeMaster(join(root, kind), kind === 'rotated'));
    }
  });
  afterAll(() => rm(root, { recursive: true, force: true }));
  return async (kind) => {
    const master = masters.get(kind);
    if (master === undefined) throw new Error(`No scene ${kind}.`);
    const directory = join(await temporaryDirectory(), 'log');
    await cp(master.directory, directory, { recursive: true });
    return { ...master, directory, lines: await readLogLines(directory) };
  };
}

async function makeMaster(directory: string, isRotated: boolean): Promise<Master> {
  const log = await openAuditLog({ directory });
  const keyOf = async () => createPrivateKey(await readFile(join(directory, 'key.pem'), 'utf8'));
  const oldKey = await keyOf();
  let intent = '';
  const anchors = { old: '', middle: '', newest: '' };
  for (let place = 0; place < count; place += 1) {
    if (isRotated && place === changeAt) {
      await log.rotateKey();
    } else if (place === resultAt) {
      await log.append(statement({ phase: 'result', intent, outcome: 'ok' }));
    } else {
      const phase = place === intentAt ? 'intent' : 'decision';
      const { id } = await log.append(statement({ phase, subject: `s_1:src/${place}.py` }));
      if (place === intentAt) intent = id;
    }
    if (place === 1) anchors.old = await checkpointOf(log);
    if (place === 4) anchors.middle = await checkpointOf(log);
  }
  anchors.newest = await checkpointOf(log);
  const jwks = log.publicJwks;
  await log.close();
  return { directory, jwks, oldKey, stolenKey: await keyOf(), anchors };
}

async function checkpointOf(log: AuditLog): Promise<string> {
  return (await log.consistency(log.size)).checkpoint;
}

/** A key as given by hand, which does not say what entries it signs. */
export function bareJwkOf(jwk: JsonWebKey): JsonWebKey {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' });
}

/** Puts lines in the place of the log's. */
export async function writeLines(directory: string, lines: readonly string[]): Promise<void> {
  await writeFile(join(directory, 'log.jsonl'), lines.map((line) => `${line}\n`).join(''));
}

/** Puts a checkpoint over these lines in the place of the log's, signed with a stolen key. */
export async function writeForgedCheckpoint(
  directory: string,
  lines: readonly string[],
  key: KeyObject,
): Promise<void> {
  await writeFile(join(directory, 'checkpoint'), forgedCheckpoint(lines, key));
}

export function forgedCheckpoint(lines: readonly string[], key: KeyObject, name = origin): string {
  const tree = new MerkleTree();
  for (const line of lines) tree.push(leafHash(Buffer.from(line)));
  return writeCheckpoint({ origin: name, size: tree.size, root: tree.root() }, key);
}

export function lineAt(lines: readonly string[], index: number): string {
  const line = lines.at(index);
  if (line === undefined) throw new Error(`The log has no entry ${index}.`);
  return line;
}

/** What a forger does to an entry. */
export interface Forgery {
  /** Changes the text of the statement. @default another actor */
  edit?: (text: string) => string;
  /** Signs the change. @default it keeps the old signature */
  key?: KeyObject;
  /** Names the signer. @default the name stays as it was */
  keyid?: string;
}

/** A changed copy of a line. */
export function forge(line: string, forgery: Forgery = {}): string {
  const { edit = (text: string) => text.replace('"ada"', '"eve"'), key, keyid } = forgery;
  const envelope = JSON.parse(line) as DsseEnvelope;
  const payload = Buffer.from(edit(Buffer.from(envelope.payload, 'base64').toString()));
  const [signature] = envelope.signatures;
  const sig = key && sign(null, pae(envelope.payloadType, payload), key).toString('base64');
  return JSON.stringify({
    ...envelope,
    payload: payload.toString('base64'),
    signatures: [{ ...signature, ...(sig && { sig }), ...(keyid && { keyid }) }],
  });
}

/** The text that a line's signature covers. */
export function decoded(line: string): string {
  const { payload } = JSON.parse(line) as DsseEnvelope;
  return Buffer.from(payload, 'base64').toString();
}

/** The log with an entry changed and all that follow made to fit, as the thief of the key can. */
export function rewriteFrom(
  lines: readonly string[],
  index: number,
  forgery: Forgery & { key: KeyObject },
): string[] {
  const rewritten = lines.slice(0, index);
  for (const [place, line] of lines.entries()) {
    if (place < index) continue;
    const before = rewritten.at(-1);
    const prev = before === undefined ? '0'.repeat(64) : leafOf(before);
    const { edit = (text: string) => text.replace('"ada"', '"eve"'), key } = forgery;
    const chained = (text: string) => text.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`);
    rewritten.push(
      forge(line, { key, edit: (text) => chained(place === index ? edit(text) : text) }),
    );
  }
  return rewritten;
}

/** Lines from an index on, each made to name the one before it, with the signatures that they have. */
export function rechain(lines: readonly string[], index: number): string[] {
  const chained = lines.slice(0, index);
  for (const line of lines.slice(index)) {
    const prev = leafOf(lineAt(chained, -1));
    const edit = (text: string) => text.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`);
    chained.push(forge(line, { edit }));
  }
  return chained;
}

/** So many entries by the holder of a key, which go on from the lines that are given. */
export function continueWith(
  lines: readonly string[],
  { key, keyid, size }: { key: KeyObject; keyid: string; size: number },
): string[] {
  const longer = [...lines];
  const pattern = lineAt(lines, 1);
  while (longer.length < size) {
    const index = longer.length;
    const prev = leafOf(lineAt(longer, -1));
    const edit = (text: string) =>
      text
        .replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${prev}"`)
        .replace(/"id":"v_[^"]*"/, `"id":"v_${index.toString(36)}_0123456789abcdef"`)
        .replace(/"seq":\d+/, `"seq":${index}`)
        .replace(/"timestamp":"\d{4}/, '"timestamp":"2999');
    longer.push(forge(pattern, { key, keyid, edit }));
  }
  return longer;
}

function leafOf(line: string): string {
  return hash('sha256', Buffer.concat([Buffer.from([0]), Buffer.from(line)]), 'hex');
}
