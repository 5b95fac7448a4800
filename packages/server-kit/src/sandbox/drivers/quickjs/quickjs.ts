import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import { KitError, RequestError } from '../../../errors.ts';
import { locateCode, requireLanguage } from '../../languages.ts';
import { resolveLimits } from '../../limits.ts';
import type {
  ExecutionOutcome,
  ExecutionRequest,
  OpenSandboxOptions,
  ProbeResult,
  ProtectionName,
  Sandbox,
  SandboxCapabilities,
  SandboxDriver,
} from '../../sandbox.ts';
import { sandboxOf } from '../../sandbox-of.ts';
import { stripTypes, typeErrorOutcome } from '../../strip-types.ts';
import { runWorker } from './run-worker.ts';

/** Options of {@link quickJs}. */
export interface QuickJsOptions {
  /**
   * The line that would make the other languages work, shown to whoever asks for one.
   * @default 'apt-get install bubblewrap'
   */
  fix?: string;
}

const available = ['javascript', 'typescript'];

/**
 * Runs JavaScript and TypeScript in an interpreter compiled to WebAssembly, in a thread of its own.
 * Programs reach no file, no network and no package; there is no shell. Works on every system.
 */
export function quickJs({
  fix = 'apt-get install bubblewrap',
}: QuickJsOptions = {}): SandboxDriver {
  let probed: Promise<ProbeResult> | undefined;
  const probe = (): Promise<ProbeResult> => (probed ??= probeWorker(fix));
  return {
    name: 'quickjs',
    probe,
    async open(options) {
      const result = await probe();
      if (!result.usable) throw new KitError('SANDBOX_UNAVAILABLE', result.reason);
      return openSandbox(options, fix);
    },
  };
}

function openSandbox({ limits }: OpenSandboxOptions, fix: string): Sandbox {
  const noShell = (): RequestError =>
    new RequestError(
      'sandbox_unavailable',
      `There is no shell in this sandbox. To add it: ${fix}`,
      {
        details: { fix },
      },
    );

  const start = async (
    request: ExecutionRequest,
    signal: AbortSignal,
  ): Promise<ExecutionOutcome> => {
    if ('command' in request) throw noShell();
    const language = requireLanguage(request.language, available, () => fix);
    if (request.stdin !== undefined && request.stdin !== '') {
      throw new RequestError(
        'sandbox_unavailable',
        `Programs have no standard input in this sandbox. To add it: ${fix}`,
        { details: { fix } },
      );
    }
    const { baseName } = locateCode(language, request.fileName);
    let { code } = request;
    if (language.name === 'typescript') {
      const stripped = stripTypes(code);
      if (!stripped.ok) return typeErrorOutcome(stripped.message);
      code = stripped.code;
    }
    return runWorker(workerUrl(), {
      code,
      fileName: baseName,
      args: request.args ?? [],
      limits: resolveLimits(limits, request.limits),
      signal,
      onOutput: request.onOutput,
    });
  };

  return sandboxOf({ start, openTerminal: () => Promise.reject(noShell()) });
}

/** The worker's file: beside this one in the source, beside the bundle once built. */
function workerUrl(): URL {
  const built = new URL('./quickjs-worker.js', import.meta.url);
  return existsSync(fileURLToPath(built)) ? built : new URL('./quickjs-worker.ts', import.meta.url);
}

async function probeWorker(fix: string): Promise<ProbeResult> {
  const seen: string[] = [];
  try {
    await runWorker(workerUrl(), {
      // The names by which a program would reach the host, if they meant anything inside.
      code: `console.log([typeof require, typeof WebAssembly, typeof fetch, typeof globalThis.host])`,
      fileName: 'probe.js',
      args: [],
      limits: resolveLimits(),
      onOutput: ({ text }) => seen.push(text),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    return { usable: false, reason: `The QuickJS worker did not start. ${cause}`.trimEnd() };
  }
  const apart = seen.join('') === '["undefined", "undefined", "undefined", "undefined"]\n';
  if (!apart) return { usable: false, reason: 'A program in QuickJS found names of the host.' };
  return { usable: true, capabilities: capabilitiesOf(fix) };
}

function capabilitiesOf(fix: string): SandboxCapabilities {
  const enforced = (by: string): ProtectionStatus => ({ level: 'enforced', by });
  const apart = enforced('WebAssembly without host functions');
  const protections: Record<ProtectionName, ProtectionStatus> = {
    filesystem: apart,
    processes: apart,
    network: apart,
    syscalls: apart,
    privileges: apart,
    memory: enforced('maximum of the WebAssembly memory'),
    pids: apart,
    cpu: {
      level: 'best-effort',
      by: 'wall-clock',
      reason: 'The thread may use a whole processor until the deadline.',
    },
    fileSize: apart,
    disk: apart,
    output: enforced('server'),
    time: enforced('termination of the thread'),
  };
  return {
    driver: 'quickjs',
    isolation: 'wasm',
    languages: available,
    shell: false,
    terminal: false,
    pause: 'none',
    protections,
    warnings: ['Programs cannot see the workspace, and Python and the shell do not run.'],
    fix,
  };
}
