import { describe, expect, test } from 'vitest';
import {
  bubblewrap,
  protectionNames,
  quickJs,
  selectDriver,
  type ProbeResult,
  type SandboxCapabilities,
  type SandboxDriver,
} from '../../src/sandbox/index.ts';

const driver = (name: string, result: ProbeResult): SandboxDriver => ({
  name,
  probe: () => Promise.resolve(result),
  open: () => Promise.reject(new Error('not opened here')),
});

const working = (name: string, weak: Partial<SandboxCapabilities> = {}): SandboxDriver => {
  const enforced = { level: 'enforced', by: 'test' } as const;
  const protections = Object.fromEntries(
    protectionNames.map((protection) => [protection, enforced]),
  ) as SandboxCapabilities['protections'];
  const capabilities: SandboxCapabilities = {
    driver: name,
    isolation: 'namespace',
    languages: [],
    shell: true,
    terminal: true,
    pause: 'freezer',
    protections: { ...protections, ...weak.protections },
    warnings: ['its own'],
  };
  return driver(name, { usable: true, capabilities });
};

const broken = driver('broken', { usable: false, reason: 'It is not there.', fix: 'install it' });

const weakInMemory = (name: string): SandboxDriver =>
  working(name, {
    protections: {
      memory: { level: 'best-effort', by: 'watchdog', reason: 'No control group.' },
    } as SandboxCapabilities['protections'],
  });

describe('choosing a driver', () => {
  test('takes the first that works', async () => {
    const { driver: chosen } = await selectDriver({ drivers: [working('one'), working('two')] });
    expect(chosen.name).toBe('one');
  });

  test('tells why a better one was passed over, with its fix', async () => {
    const { capabilities } = await selectDriver({ drivers: [broken, working('two')] });
    expect(capabilities).toMatchObject({
      driver: 'two',
      warnings: ['broken: It is not there.', 'its own'],
      fix: 'install it',
    });
  });

  test('fails when none works, with the fix of the best', async () => {
    const choice = selectDriver({ drivers: [broken] });
    await expect(choice).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    await expect(choice).rejects.toThrow(/It is not there\. To mend it: install it/);
  });

  test('fails when a required protection is weaker, rather than turn to a lesser driver', async () => {
    const drivers = [weakInMemory('one'), working('two')];
    const choice = selectDriver({ drivers, require: ['network', 'memory'] });
    await expect(choice).rejects.toMatchObject({ code: 'PROTECTION_MISSING' });
    await expect(choice).rejects.toThrow(/one .*memory is best-effort \(No control group\.\)/);
  });

  test('is content with a weaker protection that nobody requires', async () => {
    const { driver: chosen } = await selectDriver({
      drivers: [weakInMemory('one')],
      require: ['network'],
    });
    expect(chosen.name).toBe('one');
  });

  test('turns to QuickJS where bubblewrap is missing, and says how to get more', async () => {
    const { capabilities } = await selectDriver({
      drivers: [bubblewrap({ path: '/nonexistent/bwrap' }), quickJs()],
    });
    expect(capabilities).toMatchObject({ driver: 'quickjs', fix: 'apt-get install bubblewrap' });
  });
});
