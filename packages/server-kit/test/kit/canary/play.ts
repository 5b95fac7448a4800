import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { bubblewrap, type AssistantLike, type SandboxDriver } from '../../../src/index.ts';
import { connectRaw, type Message } from '../../support/raw-client.ts';
import { startKit, stopKit } from '../../support/start-kit.ts';
import {
  askForApproval,
  askOverHttp,
  askWithoutSense,
  knockInVain,
  proveEntries,
  renewTokens,
  runPrograms,
  talk,
  writeFiles,
  type HttpAnswer,
} from './scenes.ts';
import { canaryTokens } from './tokens.ts';
import { filesBelow, columnsIn, textsIn } from './traces.ts';

/** What a session with canaries in it leaves behind. */
export interface Remains {
  /** Parts of all tokens that the kit was shown. */
  tokens: readonly string[];
  /** Everything that the logger was given. */
  logged: string[];
  /** All that went to clients over sockets. */
  messages: Message[];
  /** Codes and reasons with which sockets were closed. */
  closed: string[];
  http: HttpAnswer[];
  /** What programs of the user found in the environments of all processes that they saw. */
  environments: string[];
  /** What the kit told its host. */
  told: string[];
  /** Files of the data directory, by path. */
  files: Map<string, string>;
  /** What the store holds, by `table.column`. */
  columns: Map<string, string>;
}

const policies = `@id("looked-at") @decision("review") @code("LOOKED_AT") @reason("It is looked at")
  @approvers("developer") @ttl("60")
  forbid (principal, action == IDE::Action::"ide_file_save", resource)
  when { context.nameLower == "looked-at.txt" } unless { context.approved };`;

/** Plays a session in which every door is used, well and badly, by a user who writes the secret. */
export async function play(secret: string): Promise<Remains> {
  const tokens = canaryTokens();
  vi.stubEnv('TOKEN_OF_THE_HOST', await tokens.sign());
  vi.stubEnv('SECRET_OF_THE_HOST', secret);
  onTestFinished(() => void vi.unstubAllEnvs());
  const logged: string[] = [];
  const log = (...given: unknown[]) => void logged.push(...textsIn(given));
  const kit = await startKit({
    policies,
    assistant: parrotOf(secret),
    sandbox: { drivers: [failingAtFirst()] },
    limits: { authFailures: 1_000 },
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const told: string[] = [];
  kit.kit.on('connection', (event) => void told.push(...textsIn(event)));

  const closed = await knockInVain(kit, tokens);
  const query = { session: 'mine' };
  const ada = await connectRaw(kit.url, { token: await tokens.sign(), query });
  const inQuery = { ...query, token: await tokens.sign() };
  const twin = await connectRaw(kit.url, { token: null, query: inQuery });
  const visitor = await tokens.sign({ sub: 'grace', roles: ['viewer'] });
  const grace = await connectRaw(kit.url, { token: visitor });

  await renewTokens(ada, tokens);
  await writeFiles(ada, grace, secret);
  const environments = await runPrograms(ada, secret);
  await talk(ada, secret);
  await askForApproval(ada, twin, secret);
  const proven = await proveEntries(ada, tokens);
  await askWithoutSense(ada, tokens, secret);
  const http = await askOverHttp(kit, tokens, proven);
  told.push(JSON.stringify(kit.kit.health()));

  const messages = [ada, twin, grace].flatMap((client) => client.messages);
  await stopKit(kit);
  const reasons = await Promise.all([ada, twin, grace].map((client) => client.closed));
  return {
    ...{ tokens: tokens.shown, logged, messages, http, environments, told },
    closed: [...closed, ...reasons.map(({ code, reason }) => `${code} ${reason}`)],
    files: await filesBelow(kit.directory),
    columns: columnsIn(join(kit.directory, 'store', 'store.sqlite')),
  };
}

/** Repeats what it is told, proposes a file with the secret, and fails when it is asked to. */
function parrotOf(secret: string): AssistantLike {
  return async function* parrot({ message }, { callTool }) {
    if (message.startsWith('fail')) throw new Error('The model is asleep.');
    await callTool('file_open', { path: 'settings.py' });
    yield { type: 'text', delta: `You said ${message}` };
    const content = `key = "${secret}"\n`;
    yield { type: 'edit', path: 'proposed.py', content, description: 'The key as a constant.' };
  };
}

/** A sandbox whose first opening fails, which is logged. */
function failingAtFirst(): SandboxDriver {
  const driver = bubblewrap();
  let hasFailed = false;
  return {
    name: 'bubblewrap',
    probe: () => driver.probe(),
    open(options) {
      if (hasFailed) return driver.open(options);
      hasFailed = true;
      return Promise.reject(new Error('no space'));
    },
  };
}
