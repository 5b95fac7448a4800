import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  sessionOwner,
  type ExecutionOutcome,
  type CodeRequest,
  type Sandbox,
  type SandboxDriver,
  type SandboxLimits,
} from '../../src/sandbox/index.ts';

/** A sandbox on a workspace of its own. */
export interface OpenedSandbox extends AsyncDisposable {
  sandbox: Sandbox;
  workspace: string;
  run(
    language: string,
    code: string,
    more?: Omit<Partial<CodeRequest>, 'language' | 'code'>,
  ): Promise<ExecutionOutcome>;
  /** Puts a file into the workspace. */
  put(path: string, content: string): void;
}

/**
 * Opens a sandbox in a fresh workspace.
 * @throws when the driver does not work here, naming what is missing.
 */
export async function openSandbox(
  driver: SandboxDriver,
  limits?: Partial<SandboxLimits>,
): Promise<OpenedSandbox> {
  const probe = await driver.probe();
  if (!probe.usable) {
    throw new Error(`These tests need ${driver.name}: ${probe.reason} ${probe.fix ?? ''}`);
  }
  const sessionId = randomUUID();
  const workspace = mkdtempSync(join(tmpdir(), 'workspace-'));
  const owner = sessionOwner(sessionId);
  if (owner !== undefined) chownSync(workspace, owner.uid, owner.gid);
  const sandbox = await driver.open({
    sessionId,
    workspace: { root: workspace },
    ...(limits && { limits }),
  });
  return {
    sandbox,
    workspace,
    run: (language, code, more) => sandbox.run({ language, code, ...more }),
    put(path, content) {
      const file = join(workspace, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    },
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      // Node cannot remove what is nested beyond the longest path.
      execFileSync('rm', ['-rf', workspace]);
    },
  };
}
