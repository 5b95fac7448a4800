import { describe, expect, test } from 'vitest';
import { createSandboxLife } from '../../src/session/sandbox-life.ts';
import { scriptedDriver } from '../support/scripted-driver.ts';

/** A sandbox's life under a clock that the test moves. */
function life({ pauseMs = 30_000, failures = 0 } = {}) {
  const driver = scriptedDriver();
  const told: string[] = [];
  const clock = { now: 1_000 };
  let failuresLeft = failures;
  const sandboxLife = createSandboxLife({
    open: () => {
      failuresLeft -= 1;
      return failuresLeft >= 0
        ? Promise.reject(new Error('no space'))
        : driver.open({ sessionId: 's', workspace: { root: '/' } });
    },
    pauseMs,
    clock: () => clock.now,
    onChange: (state) => told.push(state),
  });
  return { ...sandboxLife, told, clock, asked: driver.asked };
}

const command = { command: 'ls' };

describe('a sandbox', () => {
  test('is opened by its first use and not by being looked after', async () => {
    const { use, wake, rest, close, asked, told } = life();
    await wake();
    await rest(true);
    await close();
    expect(asked).toEqual([]);
    await (await use()).run(command);
    expect(await use()).toBe(await use());
    expect(asked).toEqual(['run']);
    expect(told).toEqual([]);
  });

  test('is paused once it was not needed for so long, and not again', async () => {
    const { use, rest, clock, asked, told } = life();
    await use();
    clock.now += 29_999;
    await rest(false);
    expect(asked).toEqual([]);
    clock.now += 1;
    await rest(false);
    clock.now += 60_000;
    await rest(false);
    expect(asked).toEqual(['pause']);
    expect(told).toEqual(['paused']);
  });

  test('counts from when it was last needed or used', async () => {
    const { use, rest, clock, asked } = life();
    await use();
    clock.now += 40_000;
    await rest(true);
    clock.now += 20_000;
    await rest(false);
    await use();
    clock.now += 20_000;
    await rest(false);
    expect(asked).toEqual([]);
    clock.now += 10_000;
    await rest(false);
    expect(asked).toEqual(['pause']);
  });

  test('resumes when it is used or woken, and tells of it each time', async () => {
    const { use, wake, rest, clock, asked, told } = life();
    await use();
    for (const again of [use, wake]) {
      clock.now += 30_000;
      await rest(false);
      await again();
    }
    expect(asked).toEqual(['pause', 'resume', 'pause', 'resume']);
    expect(told).toEqual(['paused', 'resumed', 'paused', 'resumed']);
  });

  test('that has resumed by itself is told of when it is looked after', async () => {
    const { use, rest, clock, told } = life();
    const sandbox = await use();
    clock.now += 30_000;
    await rest(false);
    await sandbox.run(command);
    await rest(true);
    expect(told).toEqual(['paused', 'resumed']);
  });

  test('is not paused while something runs in it', async () => {
    const gate = Promise.withResolvers<void>();
    const driver = scriptedDriver(() => gate.promise.then(() => ({})));
    const told: string[] = [];
    const { use, rest } = createSandboxLife({
      open: () => driver.open({ sessionId: 's', workspace: { root: '/' } }),
      pauseMs: 0,
      clock: () => 0,
      onChange: (state) => told.push(state),
    });
    const run = (await use()).run(command);
    await rest(false);
    expect(told).toEqual([]);
    gate.resolve();
    await run;
    await rest(false);
    expect(told).toEqual(['paused']);
  });

  test('is never paused where that is turned off', async () => {
    const { use, rest, clock, asked } = life({ pauseMs: Infinity });
    await use();
    clock.now += 1e12;
    await rest(false);
    expect(asked).toEqual([]);
  });

  test('that could not be opened is tried again by the next use', async () => {
    const { use, rest, close, asked } = life({ failures: 1 });
    await expect(use()).rejects.toThrow('no space');
    await rest(false);
    await (await use()).run(command);
    await close();
    expect(asked).toEqual(['run', 'dispose']);
  });
});
