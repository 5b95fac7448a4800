import { createPublicKey, generateKeyPairSync, hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../src/verification/index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const origin = 'ide-assistant/test';
const root = hash('sha256', 'root', 'buffer');
const trust = { origin, publicKeys: [publicKey] };
const note = writeCheckpoint({ origin, size: 42, root }, privateKey);

describe('checkpoint', () => {
  test('is a signed note of origin, size and root that its reader gets back', () => {
    const [first, second, third, empty, signature, end] = note.split('\n');

    expect([first, second, third, empty, end]).toEqual([
      origin,
      '42',
      root.toString('base64'),
      '',
      '',
    ]);
    expect(signature).toMatch(/^— ide-assistant\/test [A-Za-z0-9+/]{91}=$/);
    expect(readCheckpoint(note, trust)).toEqual({ origin, size: 42, root });
  });

  test('names its key by the hash that signed notes prescribe', () => {
    // Raw Ed25519 keys are the last 32 bytes of their SPKI form.
    const raw = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32);
    const named = Buffer.concat([Buffer.from(`${origin}\n\u0001`), raw]);
    const signature = Buffer.from(note.trimEnd().split(' ').at(-1) ?? '', 'base64');

    expect(signature.subarray(0, 4)).toEqual(hash('sha256', named, 'buffer').subarray(0, 4));
  });

  test('may carry signatures of witnesses and extension lines', () => {
    const witness = writeCheckpoint({ origin: 'witness.example', size: 42, root }, privateKey);
    const cosigned = `${note}${witness.split('\n\n')[1]}`;

    expect(readCheckpoint(cosigned, trust).size).toBe(42);
  });

  test('is accepted from any of several trusted keys', () => {
    const publicKeys = [stranger.publicKey, publicKey];
    expect(readCheckpoint(note, { origin, publicKeys }).size).toBe(42);
  });

  test.each([
    ['of another size', note.replace('\n42\n', '\n41\n'), 'SIGNATURE'],
    [
      'signed by a stranger',
      writeCheckpoint({ origin, size: 42, root }, stranger.privateKey),
      'FOREIGN_KEY',
    ],
    ['of another log', writeCheckpoint({ origin: 'other', size: 42, root }, privateKey), 'ORIGIN'],
    ['without signature', `${note.split('\n\n')[0]}\n\n`, 'SIGNATURE'],
    ['with a padded size', note.replace('\n42\n', '\n042\n'), 'CHECKPOINT'],
    ['with a short root', note.replace(root.toString('base64'), 'AAAA'), 'CHECKPOINT'],
    ['with a NUL in the base64 of its signature', note.replace(/.{9}\n$/, '\0$&'), 'CHECKPOINT'],
    ['with a carriage return', note.replace(/\n$/, '\r\n'), 'CHECKPOINT'],
    ['whose signature lacks its padding', note.replace(/=\n$/, '\n'), 'CHECKPOINT'],
    ['cut in the middle', note.slice(0, 60), 'CHECKPOINT'],
    ['without its last newline', note.trimEnd(), 'CHECKPOINT'],
    ['that is empty', '', 'CHECKPOINT'],
  ])('is refused when it is one %s', (_, text, finding) => {
    expect(() => readCheckpoint(text, trust)).toThrow(
      expect.objectContaining({ code: 'AUDIT_TAMPERED', finding }),
    );
  });
});
