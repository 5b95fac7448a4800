import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { verifyEnvelope, type DsseEnvelope } from '../../src/verification/index.ts';
import {
  openLog,
  publicKeyOf,
  readLogLines,
  sha256,
  statement,
  temporaryDirectory,
} from './fixtures.ts';

const run = promisify(execFile);

async function oneEntry() {
  const directory = await temporaryDirectory();
  const log = await openLog({ directory, clock: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) });
  const entry = await log.append(
    statement({
      phase: 'result',
      outputHash: sha256('done'),
      outputBytes: 4,
      intent: 'v_0_0123456789abcdef',
      decision: 'allow',
      policies: ['p.editor.write'],
      policyVersion: 'set-7',
      approvalId: 'a_1',
      risk: 12,
      outcome: 'ok',
    }),
  );
  const [line = ''] = await readLogLines(directory);
  return { directory, entry, line, publicKey: publicKeyOf(log) };
}

/** What openssl says about an envelope, with the signed bytes put together here. */
async function opensslVerifies(directory: string, envelope: DsseEnvelope, pem: string) {
  const payload = Buffer.from(envelope.payload, 'base64');
  const type = envelope.payloadType;
  const [signed, signature, key] = ['pae.bin', 'sig.bin', 'pub.pem'].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  await writeFile(
    signed,
    Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]),
  );
  await writeFile(signature, Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64'));
  await writeFile(key, pem);
  const args = ['pkeyutl', '-verify', '-pubin', '-inkey', key, '-rawin', '-in', signed];
  return run('openssl', [...args, '-sigfile', signature]).then(
    ({ stdout }) => stdout.trim(),
    ({ stdout, code }: { stdout: string; code: number }) => `${stdout.trim()} (exit ${code})`,
  );
}

describe('log entry', () => {
  test('is verified by openssl, and refused by it with one byte changed', async () => {
    const { directory, line, publicKey } = await oneEntry();
    const envelope = JSON.parse(line) as DsseEnvelope;
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();

    expect(await opensslVerifies(directory, envelope, pem)).toBe('Signature Verified Successfully');

    const payload = Buffer.from(envelope.payload, 'base64');
    payload.writeUInt8(payload.readUInt8(120) ^ 1, 120);
    const changed = { ...envelope, payload: payload.toString('base64') };
    expect(await opensslVerifies(directory, changed, pem)).toBe(
      'Signature Verification Failure (exit 1)',
    );
  });

  test('is an in-toto statement about the subject', async () => {
    const { entry, line } = await oneEntry();
    const envelope = JSON.parse(line) as DsseEnvelope;

    expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
    expect(envelope.signatures[0]?.keyid).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(Buffer.from(envelope.payload, 'base64').toString())).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 's_1:src/a.py', digest: { sha256: sha256('print(1)\n').slice(7) } }],
      predicateType: 'urn:ide-assistant:action:v1',
      predicate: {
        id: entry.id,
        seq: 0,
        prev: '0'.repeat(64),
        timestamp: '2026-01-02T03:04:05.006Z',
        actor: { sub: 'ada', kind: 'user', sessionId: 's_1' },
        action: 'ide_file_save',
        phase: 'result',
        intent: 'v_0_0123456789abcdef',
        input: { sha256: sha256('print(1)\n').slice(7) },
        output: { sha256: sha256('done').slice(7), bytes: 4 },
        decision: 'allow',
        policies: ['p.editor.write'],
        policyVersion: 'set-7',
        approvalId: 'a_1',
        risk: 12,
        outcome: 'ok',
      },
    });
  });

  test('gives its statement back to whoever holds the public key', async () => {
    const { entry, line, publicKey } = await oneEntry();

    expect(verifyEnvelope(line, publicKey)).toMatchObject({
      ...entry,
      prev: '0'.repeat(64),
      subject: 's_1:src/a.py',
      inputHash: sha256('print(1)\n'),
      outputHash: sha256('done'),
      outputBytes: 4,
      policies: ['p.editor.write'],
      risk: 12,
    });
  });

  test.each<[string, string, (envelope: DsseEnvelope) => unknown]>([
    ['another payload', 'SIGNATURE', (envelope) => ({ ...envelope, payload: 'e30=' })],
    [
      'another payload type',
      'PAYLOAD_TYPE',
      (envelope) => ({ ...envelope, payloadType: 'text/x' }),
    ],
    ['no signature', 'SIGNATURE', (envelope) => ({ ...envelope, signatures: [] })],
    ['signatures that are no list', 'PARSE', (envelope) => ({ ...envelope, signatures: 'none' })],
    [
      'a short signature',
      'SIGNATURE',
      (envelope) => ({ ...envelope, signatures: [{ keyid: '', sig: 'AAAA' }] }),
    ],
    ['nothing in it', 'PARSE', () => null],
  ])('is refused with %s', async (_, finding, change) => {
    const { line, publicKey } = await oneEntry();
    const changed = JSON.stringify(change(JSON.parse(line) as DsseEnvelope));

    expect(() => verifyEnvelope(changed, publicKey)).toThrow(expect.objectContaining({ finding }));
  });

  test('is refused under another key', async () => {
    const { line } = await oneEntry();
    const stranger = generateKeyPairSync('ed25519').publicKey;

    expect(() => verifyEnvelope(line, stranger)).toThrow(
      expect.objectContaining({ code: 'AUDIT_TAMPERED', finding: 'SIGNATURE' }),
    );
  });

  test('is accepted with url-safe base64 and without a keyid, as other tools write it', async () => {
    const { entry, line, publicKey } = await oneEntry();
    const { payload, payloadType, signatures } = JSON.parse(line) as DsseEnvelope;
    const urlSafe = (text: string) => Buffer.from(text, 'base64').toString('base64url');
    const foreign = {
      signatures: [{ sig: urlSafe(signatures[0]?.sig ?? '') }],
      payload: urlSafe(payload),
      payloadType,
    };

    expect(verifyEnvelope(JSON.stringify(foreign), publicKey).id).toBe(entry.id);
  });

  test('is accepted when openssl signed it, in url-safe base64 and without a keyid', async () => {
    const { directory, line } = await oneEntry();
    const { payload, payloadType } = JSON.parse(line) as DsseEnvelope;
    const bytes = Buffer.from(payload, 'base64');
    const [key, signed, signature] = ['foreign.pem', 'pae.bin', 'sig.bin'].map((name) =>
      join(directory, name),
    ) as [string, string, string];
    await writeFile(
      signed,
      Buffer.concat([
        Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `),
        bytes,
      ]),
    );
    await run('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', key]);
    const args = ['pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', signed];
    await run('openssl', [...args, '-out', signature]);
    const sig = (await readFile(signature)).toString('base64url');
    const foreign = { payloadType, payload: bytes.toString('base64url'), signatures: [{ sig }] };

    const publicKey = createPublicKey(await readFile(key));
    expect(verifyEnvelope(JSON.stringify(foreign), publicKey).subject).toBe('s_1:src/a.py');
  });

  test('is accepted with signatures of others beside ours', async () => {
    const { entry, line, publicKey } = await oneEntry();
    const envelope = JSON.parse(line) as DsseEnvelope;
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const sig = sign(null, Buffer.from('other'), stranger).toString('base64');
    const others = [{ keyid: 'approver', sig }, { sig: 'AAAA' }];
    const cosigned = { ...envelope, signatures: [...others, ...envelope.signatures] };

    expect(verifyEnvelope(JSON.stringify(cosigned), publicKey).id).toBe(entry.id);
  });

  test('says what the log itself records: refused handshakes, policy sets, decided approvals', async () => {
    const directory = await temporaryDirectory();
    const log = await openLog({ directory });
    const actor = { sub: '', kind: 'server', sessionId: '' } as const;
    const statements = [
      statement({ phase: 'auth', actor, action: 'auth', outcome: 'token_expired' }),
      statement({ phase: 'policy', actor, action: 'policy', policyVersion: 'set-8' }),
      statement({ phase: 'approval', approvalId: 'a_1', approver: 'eve', outcome: 'approved' }),
    ];
    for (const recorded of statements) await log.append(recorded);

    const lines = await readLogLines(directory);
    const key = publicKeyOf(log);
    expect(lines.map((line) => verifyEnvelope(line, key))).toMatchObject(statements);
  });
});
