import { cp } from 'node:fs/promises';
import { createVerifier, type Verifier, type VerifierOptions } from '@ide-assistant/sdk/verify';
import type { ResultOf } from '@ide-assistant/sdk/protocol';
import { describe, expect, test } from 'vitest';
import { openAuditLog, type AuditLog } from '../../src/verification/index.ts';
import { auditGet } from '../../src/operations/audit-get.ts';
import type { OperationContext } from '../../src/operations/handler.ts';
import { connectRaw } from '../support/raw-client.ts';
import { startKit } from '../support/start-kit.ts';
import { openLog, statement, temporaryDirectory } from '../verification/fixtures.ts';

describe('the client’s check of a server’s log', () => {
  test('follows an action of the wire to its entry, by the keys that the server publishes', async () => {
    const { url } = await startKit();
    const client = await connectRaw(url);
    const save = async (path: string) => {
      const saved = await client.ask({ type: 'file_save', path, content: 'a' });
      return String(saved['verification_id']);
    };
    const request = async (type: string, input: object) =>
      (await client.ask({ type, ...input })) as unknown as ResultOf<'audit_get'>;
    const storage = memoryStorage();
    // Made anew for each check, as after a reload of the page.
    const verifier = () => createVerifier({ client: { request }, url, storage });

    const first = await verifier().verify(await save('a.txt'));
    expect(first).toMatchObject({
      ok: true,
      statement: {
        ...{ action: 'ide_file_save', phase: 'result', outcome: 'done' },
        actor: { sub: 'ada', kind: 'user', sessionId: client.sessionId },
      },
      origin: expect.any(String) as string,
      ...{ firstUse: true, consistentWith: null },
    });
    const later = await verifier().verify(await save('b.txt'));
    const seen = first.ok ? first.treeSize : 0;
    expect(later).toMatchObject({ ok: true, firstUse: false, consistentWith: seen });
  });

  test('holds each answer against what it saw before, while the log grows', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    const verifier = verifierOf(() => log);
    let seen: number | null = null;
    for (let round = 0; round < 20; round += 1) {
      const entries = await Promise.all(
        Array.from({ length: round + 1 }, () => log.append(statement())),
      );
      const result = await verifier.verify(entries[round >> 1]!.id);
      expect(result).toMatchObject({ ok: true, consistentWith: seen });
      seen = result.ok ? result.treeSize : null;
    }
  });

  test('gets both proofs for one checkpoint, also while others renew it', async () => {
    const log = await openLog({ directory: await temporaryDirectory(), checkpointIntervalMs: 0 });
    const { id } = await log.append(statement());
    const answers = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const other = await log.append(statement());
        const [answer] = await Promise.all([ask(log, id, 1), log.prove(other.id)]);
        return answer;
      }),
    );
    for (const { checkpoint, proof, consistency } of answers) {
      const [, size] = checkpoint.split('\n');
      expect([proof.tree_size, consistency?.tree_size]).toEqual([Number(size), Number(size)]);
    }
  });

  test('follows changes of the key, which it takes from the entries themselves', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    const verifier = verifierOf(() => log);
    const first = await log.append(statement());
    const before = await verifier.verify(first.id);
    await log.rotateKey();
    await log.append(statement());
    const { keyId } = await log.rotateKey();
    const last = await log.append(statement());
    await expect(verifier.verify(last.id)).resolves.toMatchObject({
      ok: true,
      keyId,
      firstUse: false,
    });
    await expect(verifier.verify(first.id)).resolves.toMatchObject({
      ok: true,
      keyId: before.ok && before.keyId,
    });
  });

  test('notices a log that was begun anew, and one that was set back', async () => {
    const directory = await temporaryDirectory();
    const earlier = await temporaryDirectory();
    const opened = await openAuditLog({ directory });
    const { id } = await opened.append(statement());
    await opened.close();
    await cp(directory, earlier, { recursive: true });
    let log = await openLog({ directory });
    const verifier = verifierOf(() => log);
    await verifier.verify((await log.append(statement())).id);

    log = await openLog({ directory: earlier });
    await expect(verifier.verify(id)).resolves.toMatchObject({ code: 'ROLLBACK' });
    await log.append(statement());
    await expect(verifier.verify(id)).resolves.toMatchObject({ code: 'FORK' });
    log = await openLog({ directory: await temporaryDirectory() });
    const other = await log.append(statement());
    await expect(verifier.verify(other.id)).resolves.toMatchObject({ code: 'UNKNOWN_KEY' });
  });

  test('is told of no entry that there is not', async () => {
    const log = await openLog({ directory: await temporaryDirectory() });
    await log.append(statement());
    await expect(verifierOf(() => log).verify('v_0_0123456789abcdef')).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

/** A verifier that reaches the log by the operation's handler. */
function verifierOf(logNow: () => AuditLog): Verifier {
  return createVerifier({
    client: { request: (_type, input) => ask(logNow(), input.verification_id, input.since) },
    fetchKeys: () => Promise.resolve(structuredClone(logNow().publicJwks)),
    storage: memoryStorage(),
  });
}

function ask(audit: AuditLog, id: string, since?: number): Promise<ResultOf<'audit_get'>> {
  const context = { parts: { audit } } as unknown as OperationContext;
  return auditGet.execute({ verification_id: id, since }, context);
}

/** As a browser's, for as long as the test. */
function memoryStorage(): NonNullable<VerifierOptions['storage']> {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
