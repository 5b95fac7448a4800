import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  openAiCompatible,
  type AssistantContext,
  type AssistantEvent,
  type AssistantTurn,
} from '../../src/index.ts';
import { listen } from '../support/start-kit.ts';

const key = 'sk-a-key-that-must-not-travel';
const turn: AssistantTurn = {
  sessionId: 's_1',
  message: 'Why?',
  history: [{ id: 'm1', role: 'user', content: 'Hello', timestamp: '2026-01-01T00:00:00.000Z' }],
  context: { activeFile: 'app.py' },
};

test('an answer arrives whole, however the bytes are split and the lines end', async () => {
  const answer = [
    ': a comment\r\n\r\n',
    event({ choices: [{ delta: { role: 'assistant', content: '' } }] }),
    event({ choices: [{ delta: { content: 'Grüße, ' } }] }).replaceAll('\n', '\r\n'),
    event({ choices: [{ delta: { content: 'мир 🌍' }, finish_reason: null }] }),
    event({ choices: [{ delta: {}, finish_reason: 'stop' }] }),
    event({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 3 } }),
    'data: [DONE]\n\n',
  ].join('');
  const { baseUrl, requests } = await serve(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const byte of Buffer.from(answer)) {
      await new Promise<void>((written) => {
        response.write(Buffer.from([byte]), () => written());
      });
    }
    response.end();
  });
  const events = await collect(baseUrl);
  expect(textOf(events)).toBe('Grüße, мир 🌍');
  expect(events.at(-1)).toEqual({ type: 'usage', inputTokens: 12, outputTokens: 3 });
  const [request] = requests;
  expect(request?.headers.authorization).toBe(`Bearer ${key}`);
  expect(request?.body).toMatchObject({ model: 'a-model', stream: true });
  const messages = request?.body['messages'] as { role: string; content: string }[];
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'user']);
  expect(messages[0]?.content).toContain('print("the open file")');
});

test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
  [
    'is cut off',
    (_, response) => {
      response.write(event({ choices: [{ delta: { content: 'half' } }] }));
      response.socket?.destroySoon();
    },
  ],
  [
    'ends without a finish reason',
    (_, response) => {
      response.end(event({ choices: [{ delta: { content: 'half' } }] }));
    },
  ],
  ['holds something that is no JSON', (_, response) => response.end('data: {"choices":\n\n')],
  ['reports an error', (_, response) => response.end(event({ error: { message: key } }))],
  ['is a login page', (_, response) => response.end('<html>Sign in</html>')],
  [
    'is a refusal that repeats the key',
    (_, response) => {
      response.writeHead(401).end(JSON.stringify({ error: `wrong key ${key}` }));
    },
  ],
  ['says that there were too many', (_, response) => response.writeHead(429).end()],
  ['never begins', (_, response) => response.flushHeaders()],
])('an answer that %s is a failure in words of our own', async (_name, answer) => {
  const { baseUrl } = await serve(answer);
  const failure: unknown = await collect(baseUrl, { silenceMs: 300 }).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: 'assistant_unavailable', retryable: true });
  expect((failure as Error).message).not.toContain(key);
});

test('a server that is not there is a failure', async () => {
  const failure = collect('http://127.0.0.1:9/v1');
  await expect(failure).rejects.toMatchObject({ code: 'assistant_unavailable' });
});

test.each(['stopping', 'leaving the loop'])('%s ends the request to the provider', async (way) => {
  const closed = Promise.withResolvers<void>();
  const { baseUrl } = await serve((request, response) => {
    response.on('close', () => closed.resolve());
    request.on('error', () => undefined);
    response.write(event({ choices: [{ delta: { content: 'on and on' } }] }));
  });
  const stop = new AbortController();
  const answer = assistant(baseUrl).run(turn, contextOf(stop.signal))[Symbol.asyncIterator]();
  expect(await answer.next()).toMatchObject({ value: { delta: 'on and on' } });
  if (way === 'stopping') {
    const next = answer.next();
    stop.abort();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
  } else {
    await answer.return?.();
  }
  await closed.promise;
});

function assistant(baseUrl: string, options: { silenceMs?: number } = {}) {
  return openAiCompatible({ baseUrl, model: 'a-model', apiKey: () => key, ...options });
}

async function collect(
  baseUrl: string,
  options?: { silenceMs?: number },
): Promise<AssistantEvent[]> {
  const events: AssistantEvent[] = [];
  const { signal } = new AbortController();
  for await (const next of assistant(baseUrl, options).run(turn, contextOf(signal))) {
    events.push(next);
  }
  return events;
}

function contextOf(signal: AbortSignal): AssistantContext {
  return {
    signal,
    lastRun: () => null,
    callTool: (name) =>
      Promise.resolve(
        name === 'file_open'
          ? { ok: true, output: { content: 'print("the open file")' } as never }
          : { ok: false, status: 'error', code: 'not_found', message: 'no such tool' },
      ),
  };
}

function textOf(events: readonly AssistantEvent[]): string {
  return events.map((next) => (next.type === 'text' ? next.delta : '')).join('');
}

function event(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const requests: { headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    request.on('end', () => {
      requests.push({
        headers: request.headers,
        body: JSON.parse(body) as Record<string, unknown>,
      });
      void answer(request, response);
    });
  });
  await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
    requests,
  };
}
