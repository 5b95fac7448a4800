import express from 'express';
import { createServerKit } from '@ide-assistant/server-kit';

const secret = process.env['IDE_JWT_SECRET'];
if (!secret)
  throw new Error('Set IDE_JWT_SECRET to the secret that your app signs its tokens with.');

const app = express();
const kit = createServerKit({
  auth: { secret, issuer: 'my-app', audience: 'ide-assistant' },
  dataDirectory: process.env['IDE_DATA'] ?? '.ide-data',
});
await kit.ready;

app.use(kit.handler);
app.get('/', (_request, response) => {
  response.send('The assistant is at /ide.');
});
const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`Listening on ${JSON.stringify(server.address())}`);
});
kit.attach(server);

process.once('SIGTERM', () => {
  void kit.close().then(() => server.close());
});
