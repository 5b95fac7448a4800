import { describe, expect, test } from 'vitest';
import { connectRaw } from '../support/raw-client.ts';
import { startKit, stopKit, temporaryDirectory } from '../support/start-kit.ts';
import { token } from '../support/tokens.ts';

const as = async (sub: string, sessionId: string, roles = ['developer']) => ({
  token: await token({ sub, roles }),
  query: { session: sessionId },
});

const save = { type: 'file_save', path: 'a.txt', content: 'a' };

/** A kit with a session of Ada's in which Bob has the given role. */
async function shared(role: 'editor' | 'viewer') {
  const started = await startKit();
  const ada = await connectRaw(started.url);
  expect(await ada.ask({ type: 'member_add', user_id: 'bob', role })).toMatchObject({
    type: 'member_added',
    user_id: 'bob',
    role,
    verified: true,
  });
  const bob = await connectRaw(started.url, await as('bob', ada.sessionId));
  return { ...started, ada, bob };
}

describe('a session', () => {
  test('is closed with 4403 to who is neither its owner nor a member', async () => {
    const { url } = await startKit();
    const ada = await connectRaw(url);
    await expect(connectRaw(url, await as('bob', ada.sessionId))).rejects.toThrow('4403');
    // Not to an admin either: he is let in like everybody else.
    await expect(connectRaw(url, await as('eve', ada.sessionId, ['admin']))).rejects.toThrow(
      '4403',
    );
  });

  test('is worked in by an editor whom its owner let in, with what his own roles allow', async () => {
    const { ada, bob } = await shared('editor');
    expect(await bob.ask(save)).toMatchObject({ type: 'file_saved' });
    expect(
      await ada.next(({ type, path }) => type === 'file_update' && path === 'a.txt'),
    ).toBeTruthy();
    expect(await bob.ask({ type: 'member_list' })).toMatchObject({
      owner: 'ada',
      members: [{ user_id: 'bob', role: 'editor' }],
    });
  });

  test('is only looked at by a viewer, whatever his own roles', async () => {
    const { ada, bob } = await shared('viewer');
    await ada.ask(save);
    expect(await bob.ask({ type: 'file_open', path: 'a.txt' })).toMatchObject({ content: 'a' });
    const reason = 'You were let into this session to look on';
    for (const request of [
      { ...save, content: 'b' },
      { type: 'code_execute', language: 'python', code: 'print(1)' },
      { type: 'terminal_command', command: 'ls' },
    ]) {
      expect(await bob.ask(request)).toMatchObject({ type: 'blocked', reason });
    }
  });

  test('tells its connections who came and who left', async () => {
    const { ada, bob } = await shared('editor');
    await ada.ask({ type: 'member_add', user_id: 'cy', role: 'viewer' });
    expect(
      await bob.next(
        ({ type, update_type }) => type === 'session_update' && update_type === 'member_added',
      ),
    ).toMatchObject({ details: { user_id: 'cy', role: 'viewer' } });
    await ada.ask({ type: 'member_remove', user_id: 'cy' });
    expect(await bob.next(({ update_type }) => update_type === 'member_removed')).toMatchObject({
      details: { user_id: 'cy' },
    });
  });

  test('is left at once by who is taken out: his connection is closed with 4403', async () => {
    const { ada, bob, url } = await shared('editor');
    await ada.ask({ type: 'member_remove', user_id: 'bob' });
    expect(await bob.closed).toMatchObject({ code: 4403 });
    await expect(connectRaw(url, await as('bob', ada.sessionId))).rejects.toThrow('4403');
  });

  test('is shared by its owner alone, not by a member', async () => {
    const { ada, bob } = await shared('editor');
    for (const request of [
      { type: 'member_add', user_id: 'eve', role: 'editor' },
      { type: 'member_remove', user_id: 'ada' },
    ]) {
      expect(await bob.ask(request)).toMatchObject({
        type: 'blocked',
        action: `ide_${request.type}`,
      });
    }
    expect(await ada.ask({ type: 'member_add', user_id: 'ada', role: 'viewer' })).toMatchObject({
      type: 'error',
      code: 'conflict',
    });
    expect(await ada.ask({ type: 'member_remove', user_id: 'nobody' })).toMatchObject({
      type: 'error',
      code: 'not_found',
    });
  });

  test('is left for good by who is taken out right after his role was changed', async () => {
    const { ada, bob, kit } = await shared('viewer');
    const [, removed] = await Promise.all([
      ada.ask({ type: 'member_add', user_id: 'bob', role: 'editor' }),
      ada.ask({ type: 'member_remove', user_id: 'bob' }),
    ]);
    expect(removed).toMatchObject({ type: 'member_removed' });
    expect(await bob.closed).toMatchObject({ code: 4403 });
    expect(await kit.members.list(ada.sessionId)).toMatchObject({ members: [] });
  });

  test('keeps its members over a restart', async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await startKit({ dataDirectory });
    const ada = await connectRaw(first.url);
    await ada.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
    await stopKit(first);
    const second = await startKit({ dataDirectory });
    const bob = await connectRaw(second.url, await as('bob', ada.sessionId));
    expect(await bob.ask(save)).toMatchObject({ type: 'file_saved' });
  });
});

test('a token gives no place in a session: roles that begin with session: are passed over', async () => {
  const { ada, url } = await shared('viewer');
  const roles = ['developer', 'session:owner'];
  const bob = await connectRaw(url, await as('bob', ada.sessionId, roles));
  expect(await bob.ask({ type: 'member_add', user_id: 'eve', role: 'editor' })).toMatchObject({
    type: 'blocked',
  });
});

test('policies of the host see the place in the session among the roles', async () => {
  const { url } = await startKit({
    policies: `@id("members-save-notes-only") @decision("block") @code("NOTES") @reason("Members write notes")
      forbid (principal in IDE::Role::"session:editor", action in IDE::Action::"write", resource)
      unless { context.pathLower like "notes/*" };`,
  });
  const ada = await connectRaw(url);
  await ada.ask({ type: 'member_add', user_id: 'bob', role: 'editor' });
  const bob = await connectRaw(url, await as('bob', ada.sessionId));
  expect(await bob.ask(save)).toMatchObject({ type: 'blocked', reason: 'Members write notes' });
  expect(await bob.ask({ ...save, path: 'notes/a.txt' })).toMatchObject({ type: 'file_saved' });
  expect(await ada.ask(save)).toMatchObject({ type: 'file_saved' });
});

describe('the host app', () => {
  test('lets users into a session and takes them out, whether it is in memory or not', async () => {
    const { ada, bob, kit } = await shared('editor');
    await kit.members.set(ada.sessionId, 'bob', 'viewer');
    expect(await bob.ask(save)).toMatchObject({ type: 'blocked' });
    expect(await kit.members.list(ada.sessionId)).toEqual({
      owner: 'ada',
      members: [{ user_id: 'bob', role: 'viewer' }],
    });
    expect(await kit.members.remove(ada.sessionId, 'bob')).toBe(true);
    expect(await bob.closed).toMatchObject({ code: 4403 });
    expect(await kit.members.remove(ada.sessionId, 'bob')).toBe(false);

    const dataDirectory = await temporaryDirectory();
    const first = await startKit({ dataDirectory });
    const { sessionId } = await connectRaw(first.url);
    await stopKit(first);
    const second = await startKit({ dataDirectory });
    await second.kit.members.set(sessionId, 'bob', 'editor');
    const again = await connectRaw(second.url, await as('bob', sessionId));
    expect(await again.ask(save)).toMatchObject({ type: 'file_saved' });
  });

  test('takes somebody out whose role it has just begun to change, whether in memory or not', async () => {
    const dataDirectory = await temporaryDirectory();
    const first = await startKit({ dataDirectory });
    const { sessionId } = await connectRaw(first.url);
    const changed = async ({ kit }: typeof first) => {
      await kit.members.set(sessionId, 'bob', 'viewer');
      const [, wasMember] = await Promise.all([
        kit.members.set(sessionId, 'bob', 'editor'),
        kit.members.remove(sessionId, 'bob'),
      ]);
      expect(wasMember).toBe(true);
      expect(await kit.members.list(sessionId)).toMatchObject({ members: [] });
    };
    await changed(first);
    await stopKit(first);
    const second = await startKit({ dataDirectory });
    await changed(second);
    await expect(connectRaw(second.url, await as('bob', sessionId))).rejects.toThrow('4403');
  });

  test('is told of a session that does not exist, and that an owner is no member', async () => {
    const { ada, kit } = await shared('editor');
    await expect(kit.members.set('nowhere', 'bob', 'editor')).rejects.toMatchObject({
      code: 'SESSION_UNKNOWN',
    });
    await expect(kit.members.set(ada.sessionId, 'ada', 'viewer')).rejects.toMatchObject({
      code: 'MEMBER_IS_OWNER',
    });
  });
});
