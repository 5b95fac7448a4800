import type { Client } from '@ide-assistant/sdk';
import { createVerifier, type Verification } from '@ide-assistant/sdk/verify';
import { proofStrings as words } from '../../strings/canvas.ts';

/**
 * Checks a log entry in this browser. The keys come from beside the endpoint, and are remembered with
 * what was seen of the log; without an endpoint there is nowhere to take them from.
 *
 * @throws AssistantError or TypeError (rejects) when entry or keys cannot be had.
 */
export async function checkEntry(
  client: Client,
  endpoint: URL | null,
  verificationId: string,
): Promise<Verification> {
  if (!endpoint) return { ok: false, code: 'UNSUPPORTED', message: words.noKeys };
  return createVerifier({ client, url: endpoint }).verify(verificationId);
}
