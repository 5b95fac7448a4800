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
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const answer = answers[pathname];
    if (answer && request.method === 'POST' && isSameOrigin(request)) {
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

/** A token is only for the page itself, not for another site that posts here. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined || new URL(headers.origin).host === headers.host;
}
