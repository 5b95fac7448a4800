import { openRaw, type RawClient } from '../../support/raw-client.ts';
import type { StartedKit } from '../../support/start-kit.ts';
import type { CanaryTokens } from './tokens.ts';

/** What the REST side said. */
export interface HttpAnswer {
  status: number;
  /** Headers and body. */
  text: string;
}

/** Handshakes with bad tokens; tells why each was closed. */
export async function knockInVain({ url }: StartedKit, tokens: CanaryTokens): Promise<string[]> {
  const good = await tokens.sign();
  const [forged, raised] = [tokens.alter(good, 'signature'), tokens.alter(good, 'payload')];
  const attempts: Parameters<typeof openRaw>[1][] = [
    { token: forged },
    { token: raised },
    { token: null, query: { token: forged } },
    { token: await tokens.sign({ endsIn: -60 }) },
    { token: `${good}.${good}` },
    { token: `${good}${'x'.repeat(8_192)}` },
    { protocols: ['ide-assistant.v1', `bearer.${good}`, `bearer.${forged}`] },
    { token: good, query: { client: `${good.slice(-43)}.` } },
    { token: good, query: { epoch: 'e', last_seq: good } },
  ];
  return Promise.all(
    attempts.map(
      (options) =>
        new Promise<string>((resolve) => {
          openRaw(url, options).on('close', (code, reason) => resolve(`${code} ${String(reason)}`));
        }),
    ),
  );
}

/** Tokens in the place where they are renewed, and where they have no business. */
export async function renewTokens(ada: RawClient, tokens: CanaryTokens): Promise<void> {
  const good = await tokens.sign({ endsIn: 1_200 });
  const refresh = { type: 'token_refresh' };
  await ada.ask({ ...refresh, token: good, request_id: 'renewal' });
  await ada.ask({ ...refresh, token: good, request_id: 'renewal' });
  await ada.ask({ ...refresh, token: tokens.alter(good, 'signature') });
  await ada.ask({ ...refresh, token: await tokens.sign({ sub: 'grace' }) });
  await ada.ask({ ...refresh, token: await tokens.sign({ endsIn: -60 }) });
  await ada.ask({ ...refresh, token: [good] });
  await ada.ask({ ...refresh, token: good, again: good });
}

/** The secret in files that are written, and in some that are not. */
export async function writeFiles(ada: RawClient, grace: RawClient, secret: string): Promise<void> {
  // Of the shape of GitHub’s tokens, so that the hunter has something to tell of it.
  const content = `key = "ghp_${secret}"\n`;
  const save = { type: 'file_save', path: 'settings.py', content };
  await ada.ask(save);
  await ada.ask({ ...save, base_hash: `sha256:${'0'.repeat(64)}` });
  await ada.ask({ ...save, type: 'file_create' });
  await ada.ask({ ...save, path: '../settings.py' });
  await ada.ask({ ...save, path: 'settings.exe' });
  await ada.ask({ ...save, content: content.repeat(30_000) });
  await ada.ask({ type: 'file_open', path: 'settings.py' });
  await ada.ask({ type: 'security_scan', file_path: 'settings.py' });
  await ada.ask({ type: 'security_scan', code: content, language: 'python' });
  await ada.ask({ type: 'auto_fix', file_path: 'settings.py', preview: true });
  await ada.ask({ ...save, path: 'spare.py' });
  await ada.ask({ type: 'auto_quarantine', file_path: 'spare.py' });
  await grace.ask(save);
}

const showEnvironments = `import glob
for path in glob.glob("/proc/*/environ"):
    try:
        print(path, open(path, "rb").read())
    except OSError as error:
        print(path, error)
`;

/** The secret in programs; tells what programs without it find in environments. */
export async function runPrograms(ada: RawClient, secret: string): Promise<string[]> {
  const code = `print(open("settings.py").read(), "${secret}")`;
  const run = { type: 'code_execute', language: 'python', code };
  // The sandbox fails to open once.
  await ada.ask({ ...run, stdin: secret, args: [secret] });
  await ada.ask(run);
  await ada.ask({ ...run, code: 'raise ValueError(input())', stdin: secret });
  await ada.ask({ ...run, code: `print("ghp_${secret}")` });
  await ada.ask({ ...run, stdin: secret, language: 'cobol' });
  await ada.ask({ ...run, stdin: secret, file_path: '../settings.py' });
  await ada.ask({ type: 'terminal_command', command: `cat settings.py; echo ${secret}` });
  await ada.ask({ type: 'terminal_command', command: `echo ghp_${secret}` });
  // More than Linux takes as one word of a command line.
  await ada.ask({ type: 'terminal_command', command: `echo ${'x'.repeat(140_000)} ${secret}` });

  const inProgram = await ada.ask({ ...run, code: showEnvironments });
  const command = 'env; cat /proc/*/environ; exit 0';
  const inCommand = await ada.ask({ type: 'terminal_command', command });
  return [String(inProgram['stdout']), String(inCommand['output'])];
}

/** The secret in the chat, also with an assistant that fails. */
export async function talk(ada: RawClient, secret: string): Promise<void> {
  const answer = await ada.ask({ type: 'chat', message: `My key is ${secret}.` });
  await ada.ask({ type: 'chat', message: `fail with ${secret}` });
  const [diff_id] = answer['diffs'] as string[];
  await ada.ask({ type: 'diff_reject', diff_id, reason: secret });
  await ada.ask({ type: 'diff_apply', diff_id });
  await ada.ask({ type: 'chat_history' });
}

/** The secret in requests that a person approves, denies, and leaves. */
export async function askForApproval(ada: RawClient, twin: RawClient, secret: string) {
  for (const decision of ['approve', 'deny', null]) {
    const request_id = `looked-at-${decision}`;
    ada.send({ type: 'file_save', request_id, path: 'looked-at.txt', content: secret });
    const { approval_id } = await ada.next(
      (message) => message.type === 'pending' && message['request_id'] === request_id,
    );
    const { approvals } = await twin.ask({ type: 'approval_list' });
    const { request_hash } = (approvals as { approval_id: string; request_hash: string }[]).find(
      (approval) => approval.approval_id === approval_id,
    ) ?? { request_hash: '' };
    const resolve = { type: 'approval_resolve', approval_id, decision };
    await twin.ask({ ...resolve, request_hash: `sha256:${'0'.repeat(64)}`, decision: 'approve' });
    const forSession = { decision: 'approve', scope: 'session', comment: secret };
    await twin.ask({ ...resolve, request_hash, ...forSession });
    if (decision === null) continue;
    await twin.ask({ ...resolve, request_hash });
    await ada.next(
      (reply) =>
        reply['request_id'] === request_id &&
        reply['seq'] === undefined &&
        reply.type !== 'pending',
    );
  }
}

/** Entries of the log; tells the id of one. */
export async function proveEntries(ada: RawClient, tokens: CanaryTokens): Promise<string> {
  const ids = ada.messages.map((message) => message['verification_id'] ?? message['audit_id']);
  const known = ids.filter((id) => typeof id === 'string');
  for (const verification_id of known) await ada.ask({ type: 'audit_get', verification_id });
  const token = await tokens.sign();
  for (const verification_id of [token, token.split('.')[2]]) {
    await ada.ask({ type: 'audit_get', verification_id });
  }
  return known[0] ?? '';
}

/** Frames that make no sense, with tokens and the secret in them. */
export async function askWithoutSense(ada: RawClient, tokens: CanaryTokens, secret: string) {
  const token = await tokens.sign();
  ada.send(`{"type":"chat","message":"${secret}`);
  ada.send(`Authorization: Bearer ${token}`);
  ada.send(JSON.stringify([token, secret]));
  ada.send(Buffer.from(secret));
  ada.send({ request_id: 'without-type', token, secret });
  ada.send({ type: 'file_save', path: 'a.txt', content: secret, token });
  ada.send({ type: 'ping', timestamp: token });
  await ada.ask({ type: 'no_such_thing', token, secret });
  await ada.ask({ type: 'file_save', path: 'a.txt', content: [secret] });
  await ada.ask({ type: 'file_save', path: 'a.txt', content: secret, token });
  await ada.ask({ type: 'file_save', path: { token }, content: secret });
  await ada.ask({ type: 'chat', message: { secret }, context: token });
  await ada.ask({ type: 'code_execute', language: token, code: secret });
  await ada.ask({ type: 'approval_resolve', approval_id: token, decision: secret });
}

/** The REST side, with good tokens, bad ones, and tokens where they have no business. */
export async function askOverHttp(
  { rest }: StartedKit,
  tokens: CanaryTokens,
  proven: string,
): Promise<HttpAnswer[]> {
  const member = await tokens.sign();
  const signature = member.split('.')[2];
  const bearers = [
    member,
    await tokens.sign({ roles: ['admin'] }),
    await tokens.sign({ endsIn: -60 }),
    tokens.alter(member, 'signature'),
    `${member}${'x'.repeat(8_192)}`,
  ];
  const paths = [
    ...['/healthz', '/status', '/jwks.json', '/audit/checkpoint', '/sessions/mine/connections'],
    ...[`/audit/${proven}`, `/audit/${signature}`, `/nothing/${signature}`],
    ...[`/status?token=${member}`, `/sessions/${signature}/connections`],
  ];
  const headers = ['', ...bearers.map((token) => `Bearer ${token}`), `Basic ${member}`];
  const asked = headers.flatMap((authorization) =>
    paths.map((path) => ({ path, method: 'GET', headers: { authorization } })),
  );
  const posted = {
    path: '/status',
    method: 'POST',
    headers: { authorization: `Bearer ${member}` },
  };
  return Promise.all(
    [...asked, posted].map(async ({ path, ...request }) => {
      const response = await fetch(rest + path, request);
      const text = JSON.stringify([...response.headers]) + (await response.text());
      return { status: response.status, text };
    }),
  );
}
