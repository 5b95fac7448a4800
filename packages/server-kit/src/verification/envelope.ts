import { sign, verify, type KeyObject } from 'node:crypto';
import { decodeStatement, type RecordedStatement } from './in-toto.ts';
import type { SigningKey } from './signing-key.ts';
import { record, text } from './statement.ts';
import { AuditTamperedError } from './tampering.ts';

/** Payload type of an in-toto statement inside DSSE. */
export const payloadType = 'application/vnd.in-toto+json';

const signatureBytes = 64;

/** Length of the shortest envelope; what is shorter need not be read. */
export const leastEnvelopeBytes = '{"payloadType":"","payload":"","signatures":[]}'.length;

/** A DSSE envelope. @see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface DsseEnvelope {
  payloadType: string;
  /** The signed bytes, base64. */
  payload: string;
  /** `keyid` is a hint that no signature covers; nothing is decided by it. */
  signatures: { keyid: string; sig: string }[];
}

/** An envelope with what it holds. */
export interface OpenedEnvelope {
  envelope: DsseEnvelope;
  payload: Buffer;
  entry: RecordedStatement;
}

/**
 * The bytes that a DSSE signature covers: type and payload, each with its length, so that neither
 * can be read as part of the other.
 *
 * @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export function pae(type: string, payload: Buffer): Buffer {
  const typeBytes = Buffer.byteLength(type);
  return Buffer.concat([Buffer.from(`DSSEv1 ${typeBytes} ${type} ${payload.length} `), payload]);
}

/** Signs a payload and returns the log line, without a newline. It is ASCII. */
export function signEnvelope(payload: Buffer, key: SigningKey): string {
  const sig = sign(null, pae(payloadType, payload), key.privateKey);
  return writeLine(payload, { keyid: key.id, sig });
}

/** Whether a line is to the byte what the log writes of its content and the key's signature. */
export function isAsWritten(
  line: Buffer,
  { envelope, payload }: Pick<OpenedEnvelope, 'envelope' | 'payload'>,
  keyid: string,
): boolean {
  const sig = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
  return line.equals(Buffer.from(writeLine(payload, { keyid, sig }), 'latin1'));
}

function writeLine(payload: Buffer, { keyid, sig }: { keyid: string; sig: Buffer }): string {
  // Written out, because none of it needs an escape and JSON.stringify would look at each character.
  return `{"payloadType":"${payloadType}","payload":"${payload.toString('base64')}","signatures":[{"keyid":"${keyid}","sig":"${sig.toString('base64')}"}]}`;
}

/**
 * Checks that the key signed a log line, and returns what it states.
 *
 * @throws {AuditTamperedError} `PARSE`, `PAYLOAD_TYPE` or `SIGNATURE`.
 */
export function verifyEnvelope(line: string, publicKey: KeyObject): RecordedStatement {
  const envelope = parseEnvelope(line);
  const payload = Buffer.from(envelope.payload, 'base64');
  if (!isSignedBy({ envelope, payload }, publicKey)) {
    throw new AuditTamperedError('SIGNATURE', 'no signature of the log’s key fits.');
  }
  return statementOf(payload);
}

/** Whether one of an envelope's signatures is the key's. Others, as of cosigners, do not matter. */
export function isSignedBy(
  { envelope, payload }: Pick<OpenedEnvelope, 'envelope' | 'payload'>,
  publicKey: KeyObject,
): boolean {
  const signatures = envelope.signatures
    .map(({ sig }) => Buffer.from(sig, 'base64'))
    .filter(({ length }) => length === signatureBytes);
  if (signatures.length === 0) return false;
  const signed = pae(envelope.payloadType, payload);
  return signatures.some((signature) => verify(null, signed, publicKey, signature));
}

/**
 * Opens a log line without checking its signature, for lines that a signed checkpoint covers.
 *
 * @throws {AuditTamperedError} `PARSE` or `PAYLOAD_TYPE`.
 */
export function openEnvelope(line: string): OpenedEnvelope {
  const envelope = parseEnvelope(line);
  const payload = Buffer.from(envelope.payload, 'base64');
  return { envelope, payload, entry: statementOf(payload) };
}

/**
 * Reads a log line as an envelope.
 *
 * @throws {AuditTamperedError} `PARSE` or `PAYLOAD_TYPE`.
 */
export function parseEnvelope(line: string): DsseEnvelope {
  const envelope = orParseError('envelope', () => {
    const fields = record(JSON.parse(line), 'envelope');
    const signatures = fields['signatures'];
    if (!Array.isArray(signatures)) throw new TypeError('signatures must be a list.');
    return {
      payloadType: text(fields['payloadType'], 'payloadType'),
      payload: text(fields['payload'], 'payload'),
      signatures: signatures.map((item) => {
        const signature = record(item, 'signature');
        // DSSE lets the keyid be absent.
        const keyid = signature['keyid'] ?? '';
        return { keyid: text(keyid, 'keyid'), sig: text(signature['sig'], 'sig') };
      }),
    };
  });
  if (envelope.payloadType === payloadType) return envelope;
  throw new AuditTamperedError('PAYLOAD_TYPE', `the envelope is not of the type ${payloadType}.`);
}

function statementOf(payload: Buffer): RecordedStatement {
  return orParseError('statement', () => decodeStatement(payload));
}

function orParseError<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AuditTamperedError('PARSE', `the ${what} cannot be read.`, { cause });
  }
}
