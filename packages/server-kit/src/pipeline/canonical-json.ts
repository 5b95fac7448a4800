import { hashOf } from '../workspace/index.ts';

/**
 * JSON with sorted keys and no spaces, so that one value has one text and one hash.
 *
 * @see RFC 8785 (JSON Canonicalization Scheme); numbers and strings are ECMAScript's own there.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** `sha256:<hex>` of a value's canonical JSON. */
export function hashOfJson(value: unknown): string {
  return hashOf(Buffer.from(canonicalJson(value)));
}
