/**
 * `file_save` through all six layers beside a server that only writes and signs: the same content,
 * the same socket library, a client in its own process each time, rounds in turn.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServerKit } from '@ide-assistant/server-kit';
import { WebSocketServer } from 'ws';
import { measureClient, type Measured } from './measure-client.ts';
import { benchToken, tokenOptions } from './token.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const content = Array.from(
  { length: 60 },
  (_, line) => `total_${line} = compute(${line}) # line\n`,
).join('');

const directory = await mkdtemp(join(tmpdir(), 'ide-bench-'));
const peers = { kit: await startKit(), raw: await startRaw(false), durable: await startRaw(true) };
const results: Record<keyof typeof peers, Measured[]> = { kit: [], raw: [], durable: [] };
try {
  for (let round = 0; round < rounds; round += 1) {
    for (const name of Object.keys(peers) as (keyof typeof peers)[]) {
      results[name].push(await measureClient(peers[name].url, content));
    }
  }
  const throughput = ratio('kit', 'raw', (measured) => measured.perSecond);
  const serial = ratio('kit', 'durable', (measured) => measured.serialMicroseconds);
  for (const name of Object.keys(results) as (keyof typeof peers)[]) {
    console.log(
      `${name.padEnd(8)} ${median(results[name].map((m) => m.perSecond)).toFixed(0)} saves/s at 32 in flight, serial p50 ${median(results[name].map((m) => m.serialMicroseconds)).toFixed(0)} µs`,
    );
  }
  console.log(
    `throughput at 32 in flight, kit / (ws + writeFile + sign): ${throughput.toFixed(2)} (goal ≥ 0.90)`,
  );
  console.log(
    `serial p50, kit / (ws + writeFile + fdatasync + sign): ${serial.toFixed(2)} (goal ≤ 1.80)`,
  );
} finally {
  await Promise.all(Object.values(peers).map(({ stop }) => stop()));
  await rm(directory, { recursive: true, force: true });
}

function ratio(a: keyof typeof peers, b: keyof typeof peers, of: (m: Measured) => number): number {
  return median(
    results[a].map((measured, index) => of(measured) / of(results[b][index] as Measured)),
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function startKit() {
  const kit = createServerKit({
    auth: tokenOptions,
    dataDirectory: join(directory, 'kit'),
    // The load is on purpose, and comes from one user.
    limits: { messagesPerSecond: Infinity },
  });
  await kit.ready;
  const server = createServer(kit.handler);
  kit.attach(server);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}/ide/ws?token=${await benchToken()}`,
    async stop() {
      await kit.close({ graceMs: 0 });
      server.close();
    },
  };
}

/** The least that could be called the same: write the file, sign what was done, answer. */
async function startRaw(isDurable: boolean) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as {
        request_id: string;
        path: string;
        content: string;
      };
      const file = join(directory, `${isDurable}-${message.path}`);
      const write = isDurable
        ? writeDurably(file, message.content)
        : writeFile(file, message.content);
      void write.then(() => {
        const signature = sign(null, data as Buffer, privateKey).toString('base64');
        socket.send(
          JSON.stringify({ type: 'file_saved', request_id: message.request_id, signature }),
        );
      });
    });
  });
  await new Promise((resolve) => {
    server.on('listening', resolve);
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
      }),
  };
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
