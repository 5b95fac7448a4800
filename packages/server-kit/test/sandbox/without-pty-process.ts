import { registerHooks } from 'node:module';

// A server on which the optional addon for terminals was not installed. Prints what its sandbox
// says of terminals, and what becomes of a request for one.

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('@lydell/node-pty')) return next(specifier, context);
    throw Object.assign(new Error(`Cannot find module '${specifier}'`), {
      code: 'MODULE_NOT_FOUND',
    });
  },
});
const { bubblewrap } = await import('../../src/sandbox/index.ts');
const { openSandbox } = await import('./support.ts');

const driver = bubblewrap();
const probe = await driver.probe();
if (!probe.usable) throw new Error(probe.reason);
const { terminal, shell, warnings } = probe.capabilities;
const opened = await openSandbox(driver);
const refusal = await opened.sandbox
  .openTerminal({ cols: 80, rows: 24, onOutput: () => undefined })
  .then(
    () => null,
    ({ code, details }: { code: string; details: object }) => ({ code, details }),
  );
const { stdout } = await opened.sandbox.run({ command: 'echo still' });
await opened[Symbol.asyncDispose]();
console.log(JSON.stringify({ terminal, shell, warnings, refusal, stdout }));
