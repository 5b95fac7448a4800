import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { labels } from '../../src/sandbox/drivers/docker/container-options.ts';
import { docker } from '../../src/sandbox/drivers/docker/docker.ts';
import { explainFailure } from '../../src/sandbox/drivers/docker/failure.ts';
import { processesWith } from './attacks.ts';
import { startDaemon } from './docker-support/daemon.ts';
import { importBusyboxImage, importEmptyImage } from './docker-support/images.ts';
import { openSandbox } from './support.ts';

const daemon = await startDaemon();
const { engine, socketPath } = daemon;
const image = await importBusyboxImage(engine);
afterAll(() => daemon[Symbol.asyncDispose]());

const processFile = (name: string): string =>
  fileURLToPath(new URL(`./docker-support/${name}-process.ts`, import.meta.url));
const nodeOptions = ['--conditions=ide-assistant-source'];
const endless = 'echo begun; while :; do sleep 1; done';

describe('the probe of Docker', () => {
  test('says which image is missing and how to get it', async () => {
    expect(await docker({ image: 'missing:1', socketPath }).probe()).toEqual({
      usable: false,
      reason: 'The image missing:1 is not there.',
      fix: 'docker pull missing:1',
    });
  });

  test('says when an image cannot be fetched either', async () => {
    const unreachable = docker({ image: 'localhost:1/missing:1', socketPath, pull: true });
    expect(await unreachable.probe()).toMatchObject({
      usable: false,
      reason: expect.stringMatching(/connection refused/),
    });
  });

  test('says when there is no daemon', async () => {
    expect(await docker({ image, socketPath: '/nonexistent/docker.sock' }).probe()).toEqual({
      usable: false,
      reason: 'There is no Docker socket at the path given.',
      fix: 'install and start Docker, or name its socket: docker({ socketPath })',
    });
  });

  test('says when dockerode is not installed', async () => {
    const args = [...nodeOptions, processFile('without-dockerode')];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toEqual({
      usable: false,
      reason: 'The package dockerode is not installed.',
      fix: 'npm install dockerode',
    });
  });

  test('says when the image has no shell', async () => {
    const empty = docker({ image: await importEmptyImage(engine), socketPath });
    expect(await empty.probe()).toMatchObject({
      usable: false,
      reason: 'The image has no /bin/sh that runs here.',
    });
    expect(await engine.listContainers({ all: true })).toEqual([]);
  });

  test('says when the daemon does not know the runtime', async () => {
    expect(await docker({ image, socketPath, runtime: 'unheard-of' }).probe()).toMatchObject({
      usable: false,
      reason: 'The daemon does not know the runtime given.',
    });
  });

  test.each([
    ['EACCES', 'connect EACCES /var/run/docker.sock', /may not use the Docker socket/],
    ['ECONNREFUSED', 'connect ECONNREFUSED /var/run/docker.sock', /No Docker daemon listens/],
    ['', 'fork/exec /usr/bin/docker-init: no such file or directory', /no init program/],
    ['', 'something new at /var/lib/docker/overlay2', /something new at …$/],
  ])('explains %s "%s" without a path', (code, message, reason) => {
    const failure = explainFailure(Object.assign(new Error(message), { code }), image);
    expect(failure.reason).toMatch(reason);
    expect(failure.reason).not.toMatch(/\/var/);
  });

  test('opens no sandbox where Docker does not work', async () => {
    const opening = docker({ image: 'missing:1', socketPath }).open({
      sessionId: 's',
      workspace: { root: '/' },
    });
    await expect(opening).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
  });
});

describe('a server that is killed', () => {
  test('takes its programs along, and what is left in the list goes with the next probe', async () => {
    const marker = `marker-${randomUUID()}`;
    const args = [...nodeOptions, processFile('server'), socketPath, image, marker];
    const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout, 'data');
    expect(processesWith(marker).length).toBeGreaterThan(1);

    server.kill('SIGKILL');
    await once(server, 'exit');
    await vi.waitFor(() => expect(processesWith(marker)).toEqual([]), { timeout: 20_000 });

    const filters = { label: [`${labels.server}=${server.pid}`] };
    expect(await engine.listContainers({ all: true, filters })).toHaveLength(1);
    await docker({ image, socketPath }).probe();
    expect(await engine.listContainers({ all: true, filters })).toEqual([]);
  });

  test('does not make the next probe take containers of one that lives', async () => {
    await using opened = await openSandbox(docker({ image, socketPath }));
    await opened.sandbox.run({ command: 'true' });
    const before = await engine.listContainers();
    await docker({ image, socketPath }).probe();
    expect((await engine.listContainers()).map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id));
  });
});

describe('a daemon that goes away', () => {
  test('ends a run with an error, and refuses the next until it is back', async () => {
    await using opened = await openSandbox(docker({ image, socketPath }));
    const begun = Promise.withResolvers<void>();
    const running = opened.sandbox.run({ command: endless, onOutput: () => begun.resolve() });
    await begun.promise;
    await daemon.crash();
    expect(await running).toMatchObject({ stdout: 'begun\n', exitCode: null, reason: 'error' });

    const refused = opened.sandbox.run({ command: 'echo never' });
    await expect(refused).rejects.toMatchObject({ code: 'sandbox_unavailable', retryable: true });
    await expect(refused).rejects.not.toThrow(socketPath);

    await daemon.restart();
    expect(await opened.sandbox.run({ command: 'echo back' })).toMatchObject({ stdout: 'back\n' });
  });

  test('is not noticed when it is back before the next run', async () => {
    await using opened = await openSandbox(docker({ image, socketPath }));
    await opened.sandbox.run({ command: 'true' });
    await daemon.restart();
    expect(await opened.sandbox.run({ command: 'echo well' })).toMatchObject({ stdout: 'well\n' });
  });

  test('leaves nothing once it is back and the sandbox is disposed', async () => {
    const opened = await openSandbox(docker({ image, socketPath }));
    await opened.sandbox.run({ command: 'true' });
    await daemon.restart();
    await opened[Symbol.asyncDispose]();
    expect(await engine.listContainers({ all: true })).toEqual([]);
  });
});
