import { expect, test } from 'vitest';
import { joinMine, waiting } from '../support/approvals.ts';
import { startKit } from '../support/start-kit.ts';

const policies = `@id("no-bash") @decision("block") @code("NO_BASH") @reason("No shell programs here")
  forbid (principal, action == IDE::Action::"ide_code_execute", resource)
  when { context has language && context.language == "bash" };

  @id("python") @decision("review") @code("PYTHON") @reason("Python waits")
  @approvers("developer") @ttl("60") @grantable("true")
  forbid (principal, action == IDE::Action::"ide_code_execute", resource)
  when { context has language && context.language == "python" } unless { context.approved };`;

test('a program is judged, granted and scanned by the one name of its language, however a client spells it', async () => {
  const { url } = await startKit({ policies });
  const client = await joinMine(url);
  const run = (language: string, code: string) => ({ type: 'code_execute', language, code });
  for (const language of ['bash', 'sh', 'shell', 'Bash', 'SH']) {
    expect(await client.ask(run(language, 'echo ran'))).toMatchObject({
      type: 'blocked',
      reason: 'No shell programs here',
    });
  }
  for (const language of ['python', 'PY', 'python3']) {
    const asked = await waiting(client, { ...run(language, 'print(1)'), request_id: language });
    expect(asked).toMatchObject({ grant_covers: 'any python program' });
  }
  for (const language of ['javascript', 'NodeJS', 'JS']) {
    expect(await client.ask(run(language, 'eval(process.argv[2])'))).toMatchObject({
      type: 'blocked',
      alerts: [expect.objectContaining({ line: 1 }) as object],
    });
  }
  expect(client.messages.some(({ type }) => type === 'execution_start')).toBe(false);
});
