import { openEnvelope, type Envelope } from './envelope.ts';
import { importKeys, type ImportedKey, type LogKey } from './keys.ts';

/**
 * The trusted keys, and of those that a server offers each that was handed over to: by an entry that a
 * trusted key signed while it was in use, and that names the new one. From there on the old one is no
 * longer good, so a key hands over once, and one that a trusted key follows does not hand over at all.
 *
 * @param offered In the order of their use.
 * @throws VerificationError (rejects) `UNSUPPORTED`.
 */
export async function acceptKeys(
  trusted: readonly LogKey[],
  offered: readonly LogKey[],
): Promise<ImportedKey[]> {
  const keys = await importKeys(trusted);
  for (const fresh of await importKeys(offered)) {
    if (keys.some(({ id }) => id === fresh.id)) continue;
    try {
      const { line } = fresh.jwk.ide_rotation!;
      const { key, statement } = await openEnvelope(JSON.parse(line) as Envelope, keys);
      const { seq, phase } = statement;
      if (phase !== 'key' || statement.key?.keyid !== fresh.id) continue;
      // A key of later entries, also one that is trusted itself, leaves no room for another: whoever
      // has a retired key could else hand over again, even at the same place.
      if (keys.some(({ jwk }) => jwk.ide_first! > seq || jwk.ide_last! > seq)) continue;
      key.jwk = { ...key.jwk, ide_last: seq };
      // Its own end follows from the next one; what a server says of it could shut that one out.
      fresh.jwk = { ...fresh.jwk, ide_first: seq + 1, ide_last: undefined };
      keys.push(fresh);
    } catch {
      // What is no entry, or cannot be opened, hands nothing over.
    }
  }
  return keys;
}
