import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { beforeAll, describe, expect, test } from 'vitest';
import { verifyEnvelope, type DsseEnvelope } from '../../src/verification/index.ts';
import { alterPayload } from './alter.ts';
import { askPython, openssl } from './programs.ts';
import { recordLog, type RecordedLog } from './recorded-log.ts';

let directory: string;
let log: RecordedLog;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envelopes-'));
  return () => rm(directory, { recursive: true, force: true });
});

beforeAll(async () => {
  log = await recordLog();
});

function keyOf(jwk: JsonWebKey | undefined): KeyObject {
  if (jwk === undefined) throw new Error('The log publishes no key.');
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function envelopeOf(line: string): DsseEnvelope {
  return JSON.parse(line) as DsseEnvelope;
}

function lineAt(index: number): string {
  const line = log.lines[index];
  if (line === undefined) throw new Error(`The log has no entry ${index}.`);
  return line;
}

/** A key of somebody else who says that it is the log's. */
function strangersKey(): JsonWebKey {
  const { publicKey } = generateKeyPairSync('ed25519');
  return { ...publicKey.export({ format: 'jwk' }), kid: log.keys[0]?.['kid'] };
}

async function inFile(name: string, content: string | Buffer): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

describe('openssl', () => {
  /** The signed bytes are put together here, so that nothing of ours is trusted with it. */
  async function verdictOn(line: string, jwk = log.keys[0]): Promise<string> {
    const { payloadType, payload, signatures } = envelopeOf(line);
    const body = Buffer.from(payload, 'base64');
    const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${body.length} `;
    const pem = keyOf(jwk).export({ type: 'spki', format: 'pem' });
    const [signed, signature, key] = await Promise.all([
      inFile('signed.bin', Buffer.concat([Buffer.from(head), body])),
      inFile('signature.bin', Buffer.from(signatures[0]?.sig ?? '', 'base64')),
      inFile('public.pem', pem),
    ]);
    const words = ['-verify', '-pubin', '-inkey', key, '-rawin', '-in', signed];
    const said = await openssl('pkeyutl', ...words, '-sigfile', signature);
    return said.toString().trim();
  }

  test('verifies an entry’s signature, and refuses an altered entry and another key', async () => {
    expect(await verdictOn(lineAt(2))).toBe('Signature Verified Successfully');
    const refusal = 'Signature Verification Failure';
    expect(await verdictOn(alterPayload(lineAt(2)))).toBe(refusal);
    expect(await verdictOn(lineAt(2), strangersKey())).toBe(refusal);
  });

  test('gives the public key the digest by which entries name it', async () => {
    const pem = keyOf(log.keys[0]).export({ type: 'spki', format: 'pem' });
    const path = await inFile('named.pem', pem);
    const der = await openssl('pkey', '-pubin', '-in', path, '-outform', 'DER');
    const digest = createHash('sha256').update(der).digest('hex');
    expect(log.keys[0]?.['kid']).toBe(digest);
    expect(envelopeOf(lineAt(2)).signatures.map(({ keyid }) => keyid)).toEqual([digest]);
  });
});

/** Which of the keys signed each line, as securesystemslib sees it; null: none. */
function signers(lines: string[], keys: JsonWebKey[]): Promise<unknown> {
  return askPython('verify_envelopes.py', { question: { lines, keys } });
}

describe('securesystemslib', () => {
  test('verifies each entry of a log', async () => {
    const keyId = log.keys[0]?.['kid'];
    expect(await signers(log.lines, log.keys)).toEqual(Array(73).fill(keyId));
  });

  test('refuses each entry once it is altered, and each under the key of a stranger', async () => {
    const nobody = Array(73).fill(null);
    expect(await signers(log.lines.map(alterPayload), log.keys)).toEqual(nobody);
    expect(await signers(log.lines, [strangersKey()])).toEqual(nobody);
  });
});

/** Takes the entry as a bundle of format 0.3 that is signed by a key, and trusts what we publish. */
function verifyAsBundle(line: string, keys: JsonWebKey[]): void {
  const dsseEnvelope = envelopeOf(line);
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: {
      publicKey: { hint: dsseEnvelope.signatures[0]?.keyid },
      tlogEntries: [],
    },
    dsseEnvelope,
  });
  const trust = {
    ...{ certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] },
    publicKey: (hint: string) => ({
      publicKey: keyOf(keys.find(({ kid }) => kid === hint)),
      validFor: () => true,
    }),
  };
  // Sigstore's own logs and time stamps stand behind certificates, of which there are none here.
  const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
  new Verifier(trust, thresholds).verify(toSignedEntity(bundle));
}

describe('Sigstore’s verifier', () => {
  test('accepts an entry as a bundle, and refuses an altered entry and another key', () => {
    expect(() => verifyAsBundle(lineAt(5), log.keys)).not.toThrow();
    const refusal = expect.objectContaining({ code: 'SIGNATURE_ERROR' }) as Error;
    expect(() => verifyAsBundle(alterPayload(lineAt(5)), log.keys)).toThrow(refusal);
    expect(() => verifyAsBundle(lineAt(5), [strangersKey()])).toThrow(refusal);
  });
});

test('entries of a log that has changed its key are verified by the key of their time', async () => {
  const { lines, keys } = await recordLog({ newKeyAt: [20, 50] });
  const [first, second, third] = keys.map(({ kid }) => kid);
  // The entry that brings a new key in is the last one of the old.
  const ofTheirTime = [
    ...Array<unknown>(21).fill(first),
    ...Array<unknown>(30).fill(second),
    ...Array<unknown>(22).fill(third),
  ];

  expect(await signers(lines, keys)).toEqual(ofTheirTime);
  const altered = lines.slice(19, 22).map(alterPayload);
  expect(await signers(altered, keys)).toEqual([null, null, null]);
  for (const line of lines.slice(15, 55)) expect(() => verifyAsBundle(line, keys)).not.toThrow();
  expect(() => verifyAsBundle(alterPayload(lines[50] ?? ''), keys)).toThrow();
});

describe('an entry that openssl signed and Python wrote', () => {
  async function foreignEntry(): Promise<{ line: string; publicKey: KeyObject }> {
    const answer = await askPython('write_envelope.py', { cwd: directory });
    const { line, publicKey } = answer as { line: string; publicKey: string };
    return { line, publicKey: createPublicKey(publicKey) };
  }

  test('is accepted with URL-safe base64, without padding and without a keyid', async () => {
    const { line, publicKey } = await foreignEntry();
    const { payload, signatures } = envelopeOf(line);
    expect(payload).toMatch(/^(?=.*-)(?=.*_)[\w-]+$/);
    expect(payload.length % 4).not.toBe(0);
    expect(Object.keys(signatures[0] ?? {})).toEqual(['sig']);

    expect(verifyEnvelope(line, publicKey)).toMatchObject({
      ...{ id: 'v_0_0123456789abcdef', index: 0, action: 'ide_file_save' },
      actor: { sub: 'zoë', kind: 'user', sessionId: 's_1' },
      subject: 's_1:src/ÿ~?>þ-????>>>>~~~~.py',
    });
  });

  test('is refused when it was altered, and under another key', async () => {
    const { line, publicKey } = await foreignEntry();
    const refusal = expect.objectContaining({ finding: 'SIGNATURE' }) as Error;
    expect(() => verifyEnvelope(alterPayload(line), publicKey)).toThrow(refusal);
    expect(() => verifyEnvelope(line, keyOf(log.keys[0]))).toThrow(refusal);
  });
});
