import type { IncomingMessage } from 'node:http';
import { RequestError } from '../errors.ts';

/** Largest body of a REST request, bytes. */
export const maxBodyBytes = 65_536;

/**
 * Reads a body as JSON. It must be declared as JSON: a page of another origin cannot send that with
 * the user's cookie unless it was asked before, and nobody here says yes to that.
 *
 * @throws RequestError `invalid_message`, `too_large`.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw new RequestError('invalid_message', 'Send JSON, as content-type application/json.');
  }
  // A host's own parser may have read it already, as Express's `json()`.
  const { body } = request as IncomingMessage & { body?: unknown };
  if (body !== undefined) return body;
  try {
    return JSON.parse(await readText(request));
  } catch (error) {
    if (error instanceof RequestError) throw error;
    throw new RequestError('invalid_message', 'The body is not JSON.');
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) {
      throw new RequestError('too_large', `A body has at most ${maxBodyBytes} bytes.`);
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
