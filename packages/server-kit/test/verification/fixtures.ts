import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  openAuditLog,
  type ActionStatement,
  type AuditLog,
  type AuditLogOptions,
} from '../../src/verification/index.ts';

/** A directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'audit-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens a log that is closed when the test ends. */
export async function openLog(
  options: Partial<AuditLogOptions> & { directory: string },
): Promise<AuditLog> {
  const log = await openAuditLog(options);
  onTestFinished(() => log.close());
  return log;
}

/** Records so many statements and closes the log. */
export async function writeLog(directory: string, count: number): Promise<void> {
  const log = await openAuditLog({ directory });
  for (let place = 0; place < count; place += 1) {
    await log.append(statement({ subject: `s_1:src/${place}.py` }));
  }
  await log.close();
}

/** A statement of a saved file. */
export function statement(fields: Partial<ActionStatement> = {}): ActionStatement {
  return {
    actor: { sub: 'ada', kind: 'user', sessionId: 's_1' },
    action: 'ide_file_save',
    phase: 'decision',
    subject: 's_1:src/a.py',
    inputHash: sha256('print(1)\n'),
    ...fields,
  };
}

/** Hash as the protocol writes it. */
export function sha256(content: string): string {
  return `sha256:${hash('sha256', content, 'hex')}`;
}

/** Lines of the log's file, without newlines. */
export async function readLogLines(directory: string): Promise<string[]> {
  return (await readFile(join(directory, 'log.jsonl'), 'utf8')).trimEnd().split('\n');
}

/** The public key that a log publishes. */
export function publicKeyOf(log: AuditLog): KeyObject {
  const [jwk] = log.publicJwks.keys;
  if (jwk === undefined) throw new Error('The log publishes no key.');
  return createPublicKey({ key: jwk, format: 'jwk' });
}
