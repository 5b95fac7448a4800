import { concat, fromBase64, utf8 } from './bytes.ts';
import { isInRange, type ImportedKey } from './keys.ts';
import { readStatement, type SignedStatement } from './statement.ts';
import { refuse } from './verification-error.ts';

/** A DSSE envelope. @see https://github.com/secure-systems-lab/dsse/blob/master/envelope.md */
export interface Envelope {
  payloadType: string;
  payload: string;
  signatures: { keyid?: string; sig: string }[];
}

/** What an envelope holds, and who signed it. */
export interface OpenedEnvelope {
  statement: SignedStatement;
  key: ImportedKey;
}

const payloadType = 'application/vnd.in-toto+json';

/**
 * Opens an envelope that one of the keys signed, in the range for which that is good. `keyid` is covered
 * by no signature and only helps to say what is wrong.
 * @throws VerificationError `STATEMENT`, `SIGNATURE` or `UNKNOWN_KEY`.
 */
export async function openEnvelope(
  envelope: Envelope,
  keys: readonly ImportedKey[],
): Promise<OpenedEnvelope> {
  if (envelope.payloadType !== payloadType) {
    refuse('STATEMENT', 'The entry is of another kind.');
  }
  const payload = fromBase64(envelope.payload);
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `;
  const signed = concat(utf8(head), payload);
  for (const { sig } of envelope.signatures) {
    for (const key of keys) {
      if (await key.verify(fromBase64(sig), signed)) {
        const statement = readStatement(new TextDecoder().decode(payload));
        if (isInRange(key, statement.seq)) return { key, statement };
        refuse('UNKNOWN_KEY', 'The entry is signed by a key of another time.');
      }
    }
  }
  const isOurs = keys.some(({ id }) =>
    envelope.signatures.some(({ keyid }) => (keyid || id) === id),
  );
  if (isOurs) refuse('SIGNATURE', 'The entry is not what was signed.');
  return refuse('UNKNOWN_KEY', 'The entry is signed by an unknown key.');
}
