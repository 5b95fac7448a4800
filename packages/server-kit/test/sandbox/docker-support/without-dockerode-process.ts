import { registerHooks } from 'node:module';

// A server in whose `node_modules` there is no dockerode. Prints what the probe found.

registerHooks({
  resolve(specifier, context, next) {
    return next(specifier === 'dockerode' ? 'dockerode-is-not-installed' : specifier, context);
  },
});
const { docker } = await import('../../../src/sandbox/drivers/docker/docker.ts');
process.stdout.write(JSON.stringify(await docker({ image: 'any:1' }).probe()));
