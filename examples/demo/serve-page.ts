import { createReadStream, existsSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page runs nothing that it does not bring along. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Serves a built page and a few JSON answers beside it. */
export function servePage(
  directory: string,
  answers: Readonly<Record<string, () => Promise<object>>>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const [pathname = '/'] = (request.url ?? '/').split('?', 1);
    const answer = answers[pathname];
    if (answer && request.method === 'POST' && mayHaveToken(request)) {
      void answer().then((body) => {
        response.writeHead(200, {
          'content-type': 'application/json',
          'cache-control': 'no-store',
        });
        response.end(JSON.stringify(body));
      });
      return;
    }
    const file = join(directory, normalize(pathname === '/' ? '/index.html' : pathname));
    if (request.method !== 'GET' || !file.startsWith(directory) || !isFile(file)) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
      return;
    }
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'cache-control': pathname.startsWith('/assets/')
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
    });
    createReadStream(file).pipe(response);
  };
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * A token is only for the page itself: not for another site that posts here, and not for one whose
 * name was made to point at this machine (DNS rebinding), which would be of the same origin.
 */
function mayHaveToken({ headers, socket }: IncomingMessage): boolean {
  const asked = URL.parse(`http://${headers.host ?? ''}`);
  const isLoopback = socket.localAddress === '127.0.0.1' || socket.localAddress === '::1';
  if (!asked || (isLoopback && !loopbackNames.has(asked.hostname))) return false;
  return headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host;
}
