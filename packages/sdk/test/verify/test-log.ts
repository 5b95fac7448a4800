import type { OutputOf } from '../../src/protocol/index.ts';
import type { JwkSet, LogKey } from '../../src/verify/index.ts';
import { bytesOf, consistency, inclusion, leafOf, rootOf, sha256 } from './naive-tree.ts';

export type AuditEntry = OutputOf<'audit_get'>;

/** An Ed25519 key of the log, or of a stranger. */
export interface TestKey {
  id: string;
  /** base64url of the public key's 32 bytes. */
  x: string;
  pair: CryptoKeyPair;
}

const spkiHead = '302a300506032b6570032100';

/** Makes a key pair by what the runtime has. */
export async function createKey(): Promise<TestKey> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const { x } = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as { x: string };
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  return { id: await sha256(new Uint8Array([...bytesOf(spkiHead), ...raw])), x, pair };
}

/** A log in memory that states, signs and proves what a test wants, also what is wrong. */
export class TestLog {
  origin = 'log.example';
  readonly lines: string[] = [];
  readonly ids: string[] = [];
  /** Members of the JWKS, oldest first. */
  readonly jwks: LogKey[] = [];
  key: TestKey;

  private constructor(key: TestKey) {
    this.key = key;
    this.jwks.push({ ...publicJwk(key), ide_first: 0 });
  }

  /** A log with so many entries. */
  static async create(size: number): Promise<TestLog> {
    const log = new TestLog(await createKey());
    await log.grow(size);
    return log;
  }

  /** One that has the same keys and entries up to a size, and goes its own way from there. */
  async fork(size: number): Promise<TestLog> {
    const fork = new TestLog(this.key);
    fork.jwks.splice(0, 1, ...this.jwks);
    fork.lines.push(...this.lines.slice(0, size));
    fork.ids.push(...this.ids.slice(0, size));
    return fork;
  }

  get keys(): JwkSet {
    return { keys: structuredClone(this.jwks) };
  }

  async grow(count: number): Promise<void> {
    for (let more = count; more > 0; more -= 1) await this.append();
  }

  /** Adds an entry and returns its verification id. */
  async append(fields: { id?: string; [field: string]: unknown } = {}, key = this.key) {
    const seq = this.lines.length;
    const { id = `v_${seq.toString(36)}_${crypto.randomUUID()}` } = fields;
    this.lines.push(await signedLine(statement({ ...fields, id, seq }), key));
    this.ids.push(id);
    return id;
  }

  /** Hands over to a new key. */
  async rotate(next?: TestKey): Promise<TestKey> {
    const key = next ?? (await createKey());
    const index = this.lines.length;
    await this.append({ phase: 'key', action: 'key', key: { keyid: key.id } });
    this.jwks.push({
      ...publicJwk(key),
      ide_first: index + 1,
      ide_rotation: { index, line: this.lines[index]! },
    });
    this.jwks[this.jwks.length - 2] = { ...this.jwks.at(-2), ide_last: index };
    this.key = key;
    return key;
  }

  /** What `audit_get` answers; `size` is that of the checkpoint. */
  async entry(
    id: string,
    { since, size = this.lines.length, key = this.key }: EntryOptions = {},
  ): Promise<AuditEntry> {
    const index = this.ids.indexOf(id);
    const line = this.lines[index]!;
    const leaves = await Promise.all(this.lines.slice(0, size).map(leafOf));
    return {
      line,
      envelope: JSON.parse(line) as AuditEntry['envelope'],
      index,
      proof: { tree_size: size, hashes: await inclusion(index, leaves) },
      checkpoint: await this.checkpoint(size, key),
      ...(since !== undefined &&
        since <= size && {
          consistency: {
            old_size: since,
            tree_size: size,
            hashes: await consistency(since, leaves),
          },
        }),
    };
  }

  /** A C2SP signed note. */
  async checkpoint(size = this.lines.length, key = this.key): Promise<string> {
    const leaves = await Promise.all(this.lines.slice(0, size).map(leafOf));
    const root = toBase64(bytesOf(await rootOf(leaves)));
    const body = `${this.origin}\n${size}\n${root}\n`;
    const raw = fromBase64(key.x.replaceAll('-', '+').replaceAll('_', '/'));
    const name = new Uint8Array([...utf8(`${this.origin}\n`), 1, ...raw]);
    const keyHash = bytesOf(await sha256(name)).slice(0, 4);
    const signature = await signBytes(utf8(body), key);
    const signed = toBase64(new Uint8Array([...keyHash, ...signature]));
    return `${body}\n\u2014 ${this.origin} ${signed}\n`;
  }
}

interface EntryOptions {
  since?: number | undefined;
  size?: number;
  key?: TestKey;
}

interface StatementFields {
  id: string;
  seq: number;
  [field: string]: unknown;
}

/** An in-toto statement as the server makes it. */
export function statement({ id, seq, ...fields }: StatementFields): object {
  const input = { sha256: '0'.repeat(64) };
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 's_1:app.py', digest: input }],
    predicateType: 'urn:ide-assistant:action:v1',
    predicate: {
      ...{ id, seq, prev: '0'.repeat(64), timestamp: '2026-01-02T03:04:05.006Z' },
      ...{ actor: { sub: 'ada', kind: 'user', sessionId: 's_1' }, action: 'ide_file_save' },
      ...{ phase: 'result', input, output: { bytes: 9 }, decision: 'allow', outcome: 'done' },
      ...fields,
    },
  };
}

export const payloadType = 'application/vnd.in-toto+json';

/** A DSSE envelope around a statement, as one line. */
export async function signedLine(content: object, key: TestKey): Promise<string> {
  const payload = utf8(JSON.stringify(content));
  const sig = toBase64(await signPayload(payload, key));
  const signatures = [{ keyid: key.id, sig }];
  return JSON.stringify({ payloadType, payload: toBase64(payload), signatures });
}

/** The signature of DSSE, over type and payload with their lengths. */
export function signPayload(payload: Uint8Array, key: TestKey): Promise<Uint8Array> {
  const head = utf8(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `);
  return signBytes(new Uint8Array([...head, ...payload]), key);
}

export function publicJwk({ id, x }: TestKey): LogKey & { kid: string } {
  return { kty: 'OKP', crv: 'Ed25519', x, kid: id };
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function signBytes(bytes: Uint8Array<ArrayBuffer>, key: TestKey): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign('Ed25519', key.pair.privateKey, bytes));
}
