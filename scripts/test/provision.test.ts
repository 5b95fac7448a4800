import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findCommand, findPrerequisites, installAdvice, prerequisites } from '../provision.ts';

test('takes the first browser that is there', () => {
  const absent = new Set(['chromium', 'chromium-browser']);
  const search = (command: string): string | undefined =>
    absent.has(command) ? undefined : `/usr/bin/${command}`;
  const { found, missing } = findPrerequisites(prerequisites({}), search, 'linux');
  expect(missing).toEqual([]);
  expect(found.get('chromium')).toBe('/usr/bin/google-chrome');
});

test('prefers the browser that CHROMIUM_PATH names', () => {
  const wanted = prerequisites({ CHROMIUM_PATH: '/opt/browser' });
  const { found } = findPrerequisites(wanted, (command) => command, 'linux');
  expect(found.get('chromium')).toBe('/opt/browser');
});

test('does not ask for bubblewrap where it does not exist', () => {
  const { missing } = findPrerequisites(prerequisites({}), () => undefined, 'darwin');
  expect(missing.map(({ name }) => name)).toEqual(['chromium', 'python3', 'openssl']);
});

test('says the exact command for what is missing', () => {
  const { missing } = findPrerequisites(prerequisites({}), () => undefined, 'linux');
  expect(installAdvice(missing, true)).toBe(
    'sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium bubblewrap docker.io busybox-static python3 openssl python3-securesystemslib golang-go golang-golang-x-mod-dev',
  );
  expect(installAdvice(missing, false)).toContain(
    'chromium bubblewrap docker.io busybox-static python3 openssl python3-securesystemslib golang-go golang-golang-x-mod-dev',
  );
});

test('finds a command only if it may be run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ide-assistant-provision-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const command = join(folder, 'tool');
  expect(findCommand(command)).toBeUndefined();
  writeFileSync(command, '#!/bin/sh\n');
  expect(findCommand(command)).toBeUndefined();
  chmodSync(command, 0o755);
  expect(findCommand(command)).toBe(command);
});
