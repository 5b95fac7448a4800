import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createServerKit } from '@ide-assistant/server-kit';
import { readSettings } from './settings.ts';
import { createDemoTokens } from './demo-tokens.ts';
import { provisionSandbox } from './provision-sandbox.ts';
import { servePage } from './serve-page.ts';
import { assistantOf } from './assistant.ts';

const settings = readSettings(process.env);
provisionSandbox(settings, console.log);

const { secret, issueToken } = createDemoTokens(settings);
const kit = createServerKit({
  auth: { secret, issuer: 'ide-assistant-demo', audience: 'ide-assistant-demo' },
  dataDirectory: settings.dataDirectory,
  ...assistantOf(settings),
});
await kit.ready;

const page = servePage(fileURLToPath(new URL('./dist', import.meta.url)), {
  '/demo-token': issueToken,
});
const server = createServer((request, response) => {
  kit.handler(request, response, () => page(request, response));
});
kit.attach(server);
server.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  console.error(`Port ${settings.port} is taken. Choose another one: PORT=8001 npm start`);
  process.exit(1);
});
server.listen(settings.port, settings.host, () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : settings.port;
  console.log(
    `The assistant is at http://${settings.host === '127.0.0.1' ? 'localhost' : settings.host}:${port}`,
  );
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void kit.close({ graceMs: 2_000 }).then(() => {
      server.close();
      server.closeAllConnections();
    });
  });
}
