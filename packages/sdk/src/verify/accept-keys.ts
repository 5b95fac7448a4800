import { openEnvelope, type Envelope } from './envelope.ts';
import { importKeys, isInRange, type ImportedKey, type LogKey } from './keys.ts';

/**
 * The trusted keys, and of those that a server offers each that was handed over to: by an entry that a
 * trusted key signed while it was in use, and that names the new one. From there on the old one is no
 * longer good, so a key hands over once.
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
    const { ide_rotation: rotation } = fresh.jwk;
    if (!rotation || keys.some(({ id }) => id === fresh.id)) continue;
    try {
      const { key, statement } = await openEnvelope(JSON.parse(rotation.line) as Envelope, keys);
      const { seq, phase } = statement;
      if (phase !== 'key' || statement.key?.keyid !== fresh.id) continue;
      if (!isInRange(key, seq) || key.jwk.ide_last! > seq) continue;
      key.jwk = { ...key.jwk, ide_last: seq };
      // Its own end follows from the next one; what a server says of it could shut that one out.
      fresh.jwk = { ...fresh.jwk, ide_first: seq + 1, ide_last: undefined };
      keys.push(fresh);
    } catch {
      // An entry that cannot be opened hands nothing over.
    }
  }
  return keys;
}
