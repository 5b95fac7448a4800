import type { DsseEnvelope } from '../../src/verification/index.ts';

/** The envelope with one bit of its payload changed. */
export function alterPayload(line: string): string {
  const envelope = JSON.parse(line) as DsseEnvelope;
  const payload = Buffer.from(envelope.payload, 'base64');
  payload.writeUInt8(payload.readUInt8(120) ^ 1, 120);
  return JSON.stringify({ ...envelope, payload: payload.toString('base64') });
}

/** The hash with one bit changed. */
export function alterHash(hex: string): string {
  const hash = Buffer.from(hex, 'hex');
  hash.writeUInt8(hash.readUInt8(7) ^ 1, 7);
  return hash.toString('hex');
}
