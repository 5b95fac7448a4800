import { docker } from '../../../src/sandbox/drivers/docker/docker.ts';
import { openSandbox } from '../support.ts';

// A server that runs a program that does not end, and waits to be killed.

const [socketPath = '', image = '', marker = ''] = process.argv.slice(2);
const opened = await openSandbox(docker({ image, socketPath }));
await opened.sandbox.run({
  command: `echo begun; while :; do : ${marker}; sleep 1; done`,
  limits: { timeoutMs: 60_000 },
  onOutput: ({ text }) => process.stdout.write(text),
});
