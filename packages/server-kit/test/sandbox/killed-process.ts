import { bubblewrap } from '../../src/sandbox/index.ts';
import { openScreen } from './screen.ts';
import { openSandbox } from './support.ts';

// A server with all that a session may have: a terminal in which something runs, a program, an
// interpreter that waits and what is started ahead. Waits to be killed.

const opened = await openSandbox(bubblewrap());
await opened.run('python', 'print(1)');
await opened.run('javascript', 'console.log(1)');
const screen = await openScreen(opened.sandbox);
screen.type('sleep 1000 & echo ready\r');
await screen.shows(/[\r\n]ready\r\n/);
await opened.sandbox.run({
  command: `echo ${opened.workspace}; (setsid sleep 1000 &); sleep 1000`,
  limits: { timeoutMs: 60_000 },
  // By then what is started ahead waits as well.
  onOutput: ({ text }) => setTimeout(() => process.stdout.write(text), 500),
});
