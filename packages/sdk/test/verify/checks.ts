import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openCheckpoint, verifyEntry, type VerificationCode } from '../../src/verify/index.ts';
import {
  createKey,
  fromBase64,
  publicJwk,
  signedLine,
  signPayload,
  statement,
  TestLog,
  toBase64,
  type AuditEntry,
  type TestKey,
} from './test-log.ts';

/** What an entry is held against, by itself; run in Node and in a page. */
export function describeChecks(): void {
  let log: TestLog;
  let stranger: TestKey;
  let id: string;
  let entry: AuditEntry;

  beforeAll(async () => {
    log = await TestLog.create(11);
    stranger = await createKey();
    id = log.ids[4]!;
    entry = await log.entry(id);
  });

  const relined = (line: string): AuditEntry => ({
    ...entry,
    line,
    envelope: JSON.parse(line) as AuditEntry['envelope'],
  });
  const payloadOf = () => fromBase64(entry.envelope.payload);

  describe('a genuine entry', () => {
    it('is told with its signer, its place and its log', async () => {
      const result = await verifyEntry({ id, entry, keys: log.keys });
      expect(result).toMatchObject({
        ok: true,
        statement: {
          id,
          actor: { sub: 'ada', kind: 'user' },
          action: 'ide_file_save',
          timestamp: '2026-01-02T03:04:05.006Z',
          subject: 's_1:app.py',
          input: { sha256: '0'.repeat(64) },
          outcome: 'done',
        },
        keyId: log.key.id,
        index: 4,
        treeSize: 11,
        origin: 'log.example',
        consistentWith: null,
      });
    });

    it('may carry URL-safe base64, no key id, and signatures of others', async () => {
      const payload = payloadOf();
      const urlSafe = (bytes: Uint8Array) =>
        toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
      const own = await TestLog.create(3);
      const line = JSON.stringify({
        payloadType: entry.envelope.payloadType,
        payload: urlSafe(payload),
        signatures: [
          { sig: urlSafe(await signPayload(payload, stranger)) },
          { sig: urlSafe(await signPayload(payload, own.key)) },
        ],
      });
      own.lines.push('', line);
      own.ids.push('', id);
      await expect(
        verifyEntry({ id, entry: await own.entry(id), keys: own.keys }),
      ).resolves.toMatchObject({ ok: true, keyId: own.key.id });
    });

    it('is found with a key among others, whatever their kind', async () => {
      const odd = [{ kty: 'RSA' }, { crv: 'Ed25519', x: 'short' }, { crv: 'Ed25519', x: '?' }];
      const keys = { keys: [...odd, publicJwk(stranger), ...log.keys.keys] };
      await expect(verifyEntry({ id, entry, keys })).resolves.toMatchObject({ ok: true });
    });
  });

  const attacks: [how: string, code: VerificationCode, bend: () => unknown][] = [
    [
      'one byte of the payload is changed',
      'SIGNATURE',
      () => {
        const payload = payloadOf();
        payload[payload.length - 9]! ^= 1;
        return relined(JSON.stringify({ ...entry.envelope, payload: toBase64(payload) }));
      },
    ],
    [
      'the signature is that of another entry',
      'SIGNATURE',
      () => {
        const { signatures } = JSON.parse(log.lines[5]!) as AuditEntry['envelope'];
        return relined(JSON.stringify({ ...entry.envelope, signatures }));
      },
    ],
    [
      'a signature is cut',
      'SIGNATURE',
      () => {
        const { keyid, sig } = entry.envelope.signatures[0]!;
        const signatures = [{ keyid, sig: sig.slice(0, 40) }];
        return relined(JSON.stringify({ ...entry.envelope, signatures }));
      },
    ],
    [
      'a signature is no base64',
      'SIGNATURE',
      () => {
        const { keyid } = entry.envelope.signatures[0]!;
        const signatures = [{ keyid, sig: '*' }];
        return relined(JSON.stringify({ ...entry.envelope, signatures }));
      },
    ],
    [
      'a stranger signed under the name of the log’s key',
      'SIGNATURE',
      async () => {
        const sig = toBase64(await signPayload(payloadOf(), stranger));
        const signatures = [{ keyid: log.key.id, sig }];
        return relined(JSON.stringify({ ...entry.envelope, signatures }));
      },
    ],
    [
      'a stranger signed under no name',
      'SIGNATURE',
      async () => {
        const signatures = [{ sig: toBase64(await signPayload(payloadOf(), stranger)) }];
        return relined(JSON.stringify({ ...entry.envelope, signatures }));
      },
    ],
    [
      'a stranger signed under a name of his own',
      'UNKNOWN_KEY',
      async () => relined(await signedLine(statement({ id, seq: 4 }), stranger)),
    ],
    [
      'the log’s key signed it, but not into this log',
      'INCLUSION',
      async () => relined(await signedLine(statement({ id, seq: 4, outcome: 'x' }), log.key)),
    ],
    ['the line is formatted anew', 'INCLUSION', () => relined(entry.line.replace(',', ', '))],
    [
      'the line has a field more',
      'INCLUSION',
      () => relined(JSON.stringify({ ...entry.envelope, note: 'x' })),
    ],
    [
      'a hash of the path is changed',
      'INCLUSION',
      () => {
        const hashes = [...entry.proof.hashes];
        hashes[1] = hashes[0]!;
        return { ...entry, proof: { ...entry.proof, hashes } };
      },
    ],
    [
      'the path is cut',
      'INCLUSION',
      () => ({ ...entry, proof: { ...entry.proof, hashes: entry.proof.hashes.slice(1) } }),
    ],
    [
      'the path is too long',
      'INCLUSION',
      () => {
        const hashes = [...entry.proof.hashes, 'a'.repeat(64)];
        return { ...entry, proof: { ...entry.proof, hashes } };
      },
    ],
    [
      'the proof is of another entry',
      'INCLUSION',
      async () => ({ ...entry, proof: (await log.entry(log.ids[5]!)).proof }),
    ],
    ['it is another, genuine entry', 'STATEMENT', () => log.entry(log.ids[5]!)],
    ['another place is claimed', 'STATEMENT', () => ({ ...entry, index: 5 })],
    [
      'the envelope tells something else than the line',
      'STATEMENT',
      () => ({ ...entry, envelope: JSON.parse(log.lines[5]!) as object }),
    ],
    [
      'the payload is of another type',
      'STATEMENT',
      () => relined(JSON.stringify({ ...entry.envelope, payloadType: 'text/plain' })),
    ],
    [
      'the statement is of another kind',
      'STATEMENT',
      async () => {
        const other = { ...statement({ id, seq: 4 }), predicateType: 'urn:other' };
        return relined(await signedLine(other, log.key));
      },
    ],
    [
      'the subject says something else than the action',
      'STATEMENT',
      async () => {
        const subject = [{ name: 's_1:app.py', digest: { sha256: 'f'.repeat(64) } }];
        return relined(await signedLine({ ...statement({ id, seq: 4 }), subject }, log.key));
      },
    ],
    ['there is no line', 'STATEMENT', () => ({ ...entry, line: 'null' })],
    ['there is no proof', 'STATEMENT', () => ({ ...entry, proof: null })],
    ['there is nothing at all', 'STATEMENT', () => null],
    [
      'the checkpoint’s size is changed',
      'CHECKPOINT',
      () => ({ ...entry, checkpoint: entry.checkpoint.replace('\n11\n', '\n12\n') }),
    ],
    [
      'the checkpoint has another root',
      'CHECKPOINT',
      async () => {
        const [, , root] = (await log.checkpoint(10)).split('\n');
        return { ...entry, checkpoint: entry.checkpoint.replace(/(?<=\n11\n).*/, root!) };
      },
    ],
    ['the checkpoint is no note', 'CHECKPOINT', () => ({ ...entry, checkpoint: 'hello' })],
    [
      'the checkpoint is not signed',
      'UNKNOWN_KEY',
      () => ({ ...entry, checkpoint: entry.checkpoint.replace(/\u2014.*\n/, '') }),
    ],
    [
      'a stranger signed the checkpoint',
      'UNKNOWN_KEY',
      async () => ({ ...entry, checkpoint: await log.checkpoint(11, stranger) }),
    ],
    [
      'a stranger signed the checkpoint in the name of another log',
      'UNKNOWN_KEY',
      () => ({ ...entry, checkpoint: entry.checkpoint.replace('\u2014 log.example', '\u2014 x') }),
    ],
  ];

  it.each(attacks)('is refused when %s: %s', async (_how, code, bend) => {
    const bent = (await bend()) as AuditEntry;
    const result = await verifyEntry({ id, entry: bent, keys: log.keys });
    expect(result).toEqual({ ok: false, code, message: expect.any(String) as string });
  });

  it('is refused where its key was not in use', async () => {
    const [key] = log.keys.keys;
    for (const range of [{ ide_first: 5 }, { ide_last: 3 }]) {
      const result = await verifyEntry({ id, entry, keys: { keys: [{ ...key, ...range }] } });
      expect(result).toMatchObject({ code: 'UNKNOWN_KEY' });
    }
  });

  it('cannot be checked where the page has no WebCrypto, or that has no Ed25519', async () => {
    const { subtle } = crypto;
    const importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'));
    vi.stubGlobal('crypto', {});
    const without = await verifyEntry({ id, entry, keys: log.keys });
    const digest = subtle.digest.bind(subtle);
    vi.stubGlobal('crypto', { subtle: { digest, importKey } });
    const old = await verifyEntry({ id, entry, keys: log.keys });
    vi.unstubAllGlobals();
    expect([without, old]).toMatchObject([{ code: 'UNSUPPORTED' }, { code: 'UNSUPPORTED' }]);
  });

  it('a checkpoint may carry the signatures of witnesses', async () => {
    const note = entry.checkpoint.replace('\n\n', '\n\n\u2014 witness.example AAAA\n');
    const checkpoint = await openCheckpoint(note, log.keys);
    expect(checkpoint).toMatchObject({ origin: 'log.example', treeSize: 11 });
    await expect(openCheckpoint('', log.keys)).rejects.toMatchObject({
      name: 'VerificationError',
      code: 'CHECKPOINT',
    });
  });
}
