import type { JsonWebKey, KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openAuditLog,
  type ActionStatement,
  type AuditLog,
  type ConsistencyProof,
  type DsseEnvelope,
  type EntryProof,
} from '../../src/verification/index.ts';
import { readLogLines, sha256, statement } from '../verification/fixtures.ts';

/** All that a log gave out while it was written, and what was in its file at the end. */
export interface RecordedLog {
  origin: string;
  keys: JsonWebKey[];
  lines: string[];
  /** Checkpoints by the number of entries that they cover. */
  checkpoints: Map<number, string>;
  /** How each checkpoint continues those before. */
  growth: ConsistencyProof[];
  /** For each entry the answer to an audit request, against the last checkpoint. */
  proofs: EntryProof[];
}

const origin = 'example.com/ide/1';

/** Sizes at which a checkpoint is taken: a leaf alone, a ragged edge, a full tree, and the end. */
const sizes = [1, 41, 64, 73];

/**
 * Writes a log to disk, asks it for all that it proves, and removes it.
 *
 * @param options.key Signs it. @default a key that the log makes
 * @param options.newKeyAt Entries by which the log changes its key. @default none
 */
export async function recordLog(
  options: { key?: KeyObject; newKeyAt?: readonly number[] } = {},
): Promise<RecordedLog> {
  const { key, newKeyAt = [] } = options;
  const directory = await mkdtemp(join(tmpdir(), 'interop-'));
  try {
    const log = await openAuditLog({ directory, origin, ...(key && { key }) });
    const add = async (place: number) => {
      if (!newKeyAt.includes(place)) return (await log.append(statementAt(place))).id;
      await log.rotateKey();
      return idOf((await readLogLines(directory)).at(-1));
    };
    const recorded = await fill(log, add);
    await log.close();
    return { ...recorded, lines: await readLogLines(directory) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(
  log: AuditLog,
  add: (place: number) => Promise<string>,
): Promise<Omit<RecordedLog, 'lines'>> {
  const ids: string[] = [];
  const checkpoints = new Map<number, string>();
  const growth: ConsistencyProof[] = [];
  for (const size of sizes) {
    while (ids.length < size) ids.push(await add(ids.length));
    // Its own size first, so that the proofs lead from the older ones to it.
    for (const older of [size, ...checkpoints.keys()]) growth.push(await log.consistency(older));
    checkpoints.set(size, log.checkpoint());
  }
  const proofs: EntryProof[] = [];
  for (const id of ids) {
    const proof = await log.prove(id);
    if (proof === null) throw new Error(`The log does not know its entry ${id}.`);
    proofs.push(proof);
  }
  return { origin, keys: log.publicJwks.keys, checkpoints, growth, proofs };
}

/** The id of an entry that the log has made by itself. */
function idOf(line = ''): string {
  const { payload } = JSON.parse(line) as DsseEnvelope;
  const statement = Buffer.from(payload, 'base64').toString();
  return (JSON.parse(statement) as { predicate: { id: string } }).predicate.id;
}

/** Entries of all kinds, of many lengths and in many scripts. */
function statementAt(place: number): ActionStatement {
  const subject = `s_1:src/${'ä字🔏"\\'.repeat(place % 4)}${place}.py`;
  if (place % 3 === 0) return statement({ subject, phase: 'intent' });
  if (place % 3 === 1) return statement({ subject, decision: 'block', policies: ['b.frozen'] });
  return statement({
    subject,
    phase: 'result',
    intent: 'v_0_0123456789abcdef',
    outputHash: sha256(`done ${place}`),
    outputBytes: place,
    decision: 'allow',
    policies: ['p.editor.write', 'p.trusted'],
    policyVersion: 'set-7',
    approvalId: `a_${place}`,
    risk: place,
    outcome: 'ok',
  });
}
