import { execFileSync } from 'node:child_process';
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, temporaryDirectory } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

interface Entry {
  line: string;
  envelope: { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };
}

test('a client that knows only the wire saves a file and gets a proof that openssl accepts', async () => {
  const { url, rest, workspaceOf } = await startKit();
  const client = await connectRaw(url);
  const content = 'print(1)\n';

  const saved = await client.ask({ type: 'file_save', request_id: '1', path: 'test.py', content });

  expect(saved).toMatchObject({
    type: 'file_saved',
    request_id: '1',
    path: 'test.py',
    size: content.length,
    hash: `sha256:${createHash('sha256').update(content).digest('hex')}`,
    verified: true,
    verification_id: expect.stringMatching(/^[\w-]+$/) as string,
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
  });
  expect(await readFile(join(workspaceOf(client.sessionId), 'test.py'), 'utf8')).toBe(content);

  const verificationId = saved['verification_id'] as string;
  const entry = (await client.ask({
    type: 'audit_get',
    verification_id: verificationId,
  })) as unknown as Entry;
  const files = await writeForOpenssl(entry, await publicKey(rest));
  expect(opensslVerify(files)).toContain('Signature Verified Successfully');

  const tampered = Buffer.from(await readFile(files.pae));
  tampered[tampered.length - 2] = (tampered.at(-2) ?? 0) ^ 1;
  await writeFile(files.pae, tampered);
  expect(() => opensslVerify(files)).toThrow(/Command failed/);
});

test('the same proof is had over REST, by its owner’s token and not without', async () => {
  const { url, rest } = await startKit();
  const client = await connectRaw(url);
  const saved = await client.ask({ type: 'file_save', path: 'a.txt', content: 'a' });
  const address = `${rest}/audit/${String(saved['verification_id'])}`;

  const refused = await fetch(address);
  expect(refused.status).toBe(401);

  const answer = await fetch(address, { headers: { authorization: `Bearer ${await token()}` } });
  expect(answer.status).toBe(200);
  const fromWire = await client.ask({
    type: 'audit_get',
    verification_id: saved['verification_id'],
  });
  expect(await answer.json()).toMatchObject({ line: fromWire['line'], index: fromWire['index'] });
});

async function publicKey(rest: string): Promise<string> {
  const response = await fetch(`${rest}/jwks.json`);
  const { keys } = (await response.json()) as { keys: JsonWebKey[] };
  const [key] = keys;
  if (!key) throw new Error('no key is published');
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string;
}

/** DSSE signs its pre-authentication encoding, not the payload alone (DSSE protocol, v1.0.2). */
async function writeForOpenssl({ envelope }: Entry, pem: string) {
  const directory = await temporaryDirectory();
  const payload = Buffer.from(envelope.payload, 'base64');
  const { payloadType } = envelope;
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  const files = {
    pae: join(directory, 'pae'),
    signature: join(directory, 'signature'),
    key: join(directory, 'key.pem'),
  };
  await writeFile(files.pae, Buffer.concat([Buffer.from(head), payload]));
  await writeFile(files.signature, Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64'));
  await writeFile(files.key, pem);
  return files;
}

function opensslVerify(files: { pae: string; signature: string; key: string }): string {
  return execFileSync(
    'openssl',
    [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-inkey',
      files.key,
      '-rawin',
      '-in',
      files.pae,
      '-sigfile',
      files.signature,
    ],
    { encoding: 'utf8', stdio: 'pipe' },
  );
}
