import { RequestError } from '../errors.ts';

const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The bytes of a file as a request carries them.
 *
 * @throws RequestError `invalid_message` when base64 is announced and something else comes.
 */
export function decodeContent(content: string, encoding: 'utf8' | 'base64' = 'utf8'): Buffer {
  if (encoding === 'base64' && !base64Pattern.test(content)) {
    throw new RequestError('invalid_message', 'content is not base64.');
  }
  return Buffer.from(content, encoding);
}

/** The text of content that the hunter can read; null for bytes that are no text. */
export function scannableText(content: string, encoding?: 'utf8' | 'base64'): string | null {
  if (encoding !== 'base64') return content;
  const bytes = decodeContent(content, encoding);
  return bytes.includes(0) ? null : bytes.toString('utf8');
}
