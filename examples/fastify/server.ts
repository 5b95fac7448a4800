import Fastify from 'fastify';
import { ideAssistant } from '@ide-assistant/server-kit/fastify';

const secret = process.env['IDE_JWT_SECRET'];
if (!secret)
  throw new Error('Set IDE_JWT_SECRET to the secret that your app signs its tokens with.');

const app = Fastify();
await app.register(ideAssistant, {
  auth: { secret, issuer: 'my-app', audience: 'ide-assistant' },
  dataDirectory: process.env['IDE_DATA'] ?? '.ide-data',
});
app.get('/', () => 'The assistant is at /ide.');
await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' });
console.log(`Listening on ${JSON.stringify(app.server.address())}`);

process.once('SIGTERM', () => void app.close());
