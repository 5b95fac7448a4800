import { hash } from 'node:crypto';

/** SHA-256 of bytes as the wire writes it: `sha256:` and 64 lower-case hex digits. */
export function hashOf(bytes: Uint8Array): string {
  return `sha256:${hash('sha256', bytes, 'hex')}`;
}
