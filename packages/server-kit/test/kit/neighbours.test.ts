import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyWebSocket from '@fastify/websocket';
import Fastify from 'fastify';
import { Server as SocketIo } from 'socket.io';
import { io } from 'socket.io-client';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createServerKit, type ServerKit } from '../../src/index.ts';
import { ideAssistant } from '../../src/hosts/fastify.ts';
import { connectRaw } from '../support/raw-client.ts';
import { listen, temporaryDirectory } from '../support/start-kit.ts';
import { audience, issuer, secret } from '../support/tokens.ts';

test('beside @fastify/websocket both answer', async () => {
  const app = Fastify();
  await app.register(fastifyWebSocket);
  app.get('/theirs', { websocket: true }, (socket) => socket.send('theirs'));
  await app.register(ideAssistant, { kit: await newKit() });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  expect(await answersOf(app.server)).toEqual(['pong', 'theirs']);
});

test('beside a ws server with a path both answer', async () => {
  const server = createServer();
  new WebSocketServer({ server, path: '/theirs' }).on('connection', (socket) => {
    socket.send('theirs');
  });
  (await newKit()).attach(server);
  await start(server);
  expect(await answersOf(server)).toEqual(['pong', 'theirs']);
});

test('beside Socket.IO both answer, though it destroys upgrades that are not its own', async () => {
  const server = createServer();
  const theirs = new SocketIo(server, { destroyUpgradeTimeout: 50 });
  theirs.on('connection', (socket) => socket.emit('greeting', 'theirs'));
  onTestFinished(() => theirs.close());
  (await newKit()).attach(server);
  await start(server);

  const client = await connectRaw(urlOf(server, '/ide/ws'));
  const socket = io(urlOf(server, '').replace('ws:', 'http:'), { transports: ['websocket'] });
  onTestFinished(() => void socket.close());
  expect(await new Promise((resolve) => socket.on('greeting', resolve))).toBe('theirs');
  expect(await client.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
});

test('where nobody else listens, an unknown path is answered 404', async () => {
  const server = createServer();
  (await newKit()).attach(server);
  await start(server);
  expect(await statusOf(urlOf(server, '/nothing'))).toBe(404);
});

test('after detach the path is free for somebody else', async () => {
  const server = createServer();
  const detach = (await newKit()).attach(server);
  new WebSocketServer({ server, path: '/ide/ws' }).on('connection', (socket) => {
    socket.send('theirs');
  });
  await start(server);
  expect((await connectRaw(urlOf(server, '/ide/ws'))).connect.type).toBe('connect');
  detach();
  expect(await firstMessage(urlOf(server, '/ide/ws'))).toBe('theirs');
});

async function newKit(): Promise<ServerKit> {
  const kit = createServerKit({
    auth: { secret, issuer, audience },
    dataDirectory: await temporaryDirectory(),
  });
  onTestFinished(() => kit.close({ graceMs: 0 }));
  await kit.ready;
  return kit;
}

async function start(server: Server): Promise<void> {
  await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
}

async function answersOf(server: Server): Promise<string[]> {
  const client = await connectRaw(urlOf(server, '/ide/ws'));
  const { type } = await client.ask({ type: 'ping' });
  return [type, await firstMessage(urlOf(server, '/theirs'))];
}

function firstMessage(url: string): Promise<string> {
  const socket = new WebSocket(url);
  onTestFinished(() => socket.terminate());
  return new Promise((resolve) => {
    socket.on('message', (data) => resolve((data as Buffer).toString()));
  });
}

function urlOf(server: Server, path: string): string {
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

function statusOf(url: string): Promise<number | undefined> {
  const socket = new WebSocket(url);
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('error', () => undefined);
  });
}
