import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test, vi } from 'vitest';
import { imageBefore, type CrashImage } from '../support/crash-images.ts';
import {
  apply,
  copies,
  decision,
  deletion,
  entries,
  fix,
  joinAs,
  newText,
  oldText,
  play,
  proposal,
  quarantine,
  reject,
  repeat,
  restore,
  safe,
  save,
  start,
  unsafe,
  unsigned,
  type Sent,
  type Started,
} from '../support/crash-plays.ts';
import type { RawClient } from '../support/raw-client.ts';
import { stopKit } from '../support/start-kit.ts';

// Each of the many images is a server of its own.
vi.setConfig({ testTimeout: 60_000 });

describe('a server that ends before any step of a request answers its repeat as done, once', () => {
  interface Case {
    prepare: (client: RawClient) => Promise<Sent>;
    check: (started: Started, sent: Sent) => Promise<void>;
  }
  const decidedAs = async ({ client }: Started, { diff_id }: Sent, state: string) => {
    for (const type of ['diff_apply', 'diff_reject']) {
      expect(await client.ask({ type, diff_id })).toMatchObject({
        code: 'conflict',
        details: { state },
      });
    }
  };
  const cases: Record<string, Case> = {
    'a proposal is applied': {
      prepare: apply,
      async check(started, sent) {
        expect(await started.read('a.txt')).toBe(newText);
        await decidedAs(started, sent, 'applied');
      },
    },
    'a part of a proposal is applied': {
      prepare: async (client) => {
        const sent = await apply(client);
        const diff = await client.next(({ type }) => type === 'diff');
        const [hunk] = diff['hunks'] as { id: string }[];
        return { ...sent, hunks: [hunk?.id] };
      },
      async check(started, sent) {
        expect(await started.read('a.txt')).toBe(oldText.replace('one', 'ONE'));
        await decidedAs(started, sent, 'partially_applied');
      },
    },
    'a proposed new file is made': {
      prepare: async (client) => ({
        type: 'diff_apply',
        request_id: 'x',
        diff_id: await proposal(client, 'new.txt', 'new'),
      }),
      async check(started, sent) {
        expect(await started.read('new.txt')).toBe('new');
        await decidedAs(started, sent, 'applied');
      },
    },
    'a proposal is rejected': {
      prepare: reject,
      async check(started, sent) {
        expect(await started.read('a.txt')).toBe(oldText);
        await decidedAs(started, sent, 'rejected');
      },
    },
    'a file goes to quarantine': {
      prepare: quarantine,
      async check(started) {
        expect(await started.read('bad.py')).toBeNull();
        expect(await entries(started.client)).toMatchObject([{ original_path: 'bad.py' }]);
        expect(await copies(started)).toHaveLength(1);
      },
    },
    'a file comes back from quarantine': {
      prepare: restore,
      async check(started) {
        expect(await started.read('bad.py')).toBe('bad');
        expect(await entries(started.client)).toEqual([]);
        expect(await copies(started)).toEqual([]);
      },
    },
    'a file is fixed, and what was fixed is told': {
      prepare: fix,
      async check(started) {
        expect(await started.read('load.py')).toBe(safe);
      },
    },
    'an approval is denied': {
      prepare: decision('deny'),
      async check({ client, read }) {
        expect(await client.ask(deletion)).toMatchObject({ code: 'approval_denied' });
        expect(await client.ask({ type: 'approval_list' })).toMatchObject({ approvals: [] });
        expect(await read('folder/a.txt')).toBe('a');
      },
    },
  };

  test.each(Object.entries(cases))('%s', async (_title, { prepare, check }) => {
    const { sent, reply, images } = await play(prepare);
    expect(images.length).toBeGreaterThan(2);
    for (const image of images) {
      const again = await repeat(image, sent);
      expect(unsigned(again.reply), image.before).toEqual(unsigned(reply));
      await check(again, sent);
      await stopKit(again.kit);
    }
  });

  test('an approved request runs, if it had not begun', async () => {
    const { sent, images } = await play(decision('approve'), (client) =>
      client.next(({ type, state }) => type === 'approval_resolved' && state === 'executed'),
    );
    const moves = images.filter(({ before }) => before.startsWith('update "approvals"'));
    // Approved, recorded, begun, ended.
    expect(moves).toHaveLength(4);
    const begun = images.indexOf(moves[2] as CrashImage);
    for (const [index, image] of images.entries()) {
      const { kit, client, read, reply } = await repeat(image, sent);
      expect(reply, image.before).toMatchObject({
        type: 'approval_resolved',
        approval_id: sent['approval_id'],
        decision: 'approve',
      });
      if (index <= begun) {
        expect(await client.ask(deletion), image.before).toMatchObject({ type: 'file_deleted' });
        expect(await read('folder/a.txt')).toBeNull();
      }
      await stopKit(kit);
    }
  });
});

describe('what others did between a crash and the repeat', () => {
  const resolved = (state: string) => ({ code: 'conflict', details: { state } });
  const toWrite = (images: readonly CrashImage[]) => imageBefore(images, 'rename');
  const toDecide = (images: readonly CrashImage[]) =>
    imageBefore(images, 'update "proposals" set "state"');
  const toReply = (images: readonly CrashImage[]) => imageBefore(images, 'update "outcomes"');

  test('a proposal that was not written and is rejected is not applied', async () => {
    const { sent, images } = await play(apply);
    const after = await repeat(toWrite(images), sent, (other) =>
      other.ask({ type: 'diff_reject', diff_id: sent['diff_id'] }),
    );
    expect(after.answer).toMatchObject({ type: 'diff_rejected' });
    expect(after.reply).toMatchObject(resolved('rejected'));
    expect(await after.read('a.txt')).toBe(oldText);
  });

  test('a proposal that was not written and is applied is not reported as one’s own', async () => {
    const { sent, images } = await play(apply);
    // The same request id of another client is another request.
    const after = await repeat(toWrite(images), sent, (other) => other.ask(sent));
    expect(after.answer).toMatchObject({ type: 'diff_applied' });
    expect(after.reply).toMatchObject(resolved('applied'));
  });

  test.each(['diff_reject', 'diff_apply'])(
    'a proposal that was written is no longer open to %s, and its author hears that it is done',
    async (type) => {
      const { sent, reply, images } = await play(apply);
      const after = await repeat(toDecide(images), sent, (other) =>
        other.ask({ type, diff_id: sent['diff_id'] }),
      );
      expect(after.answer).toMatchObject(resolved('applied'));
      expect(after.other.messages).toContainEqual(
        expect.objectContaining({ type: 'diff_resolved', outcome: 'applied' }),
      );
      expect(unsigned(after.reply)).toEqual(unsigned(reply));
      expect(await after.read('a.txt')).toBe(newText);
    },
  );

  test('an applied proposal stays applied, and what was saved over it stays saved', async () => {
    const { sent, reply, images } = await play(apply);
    const after = await repeat(toReply(images), sent, (other) => other.ask(save('a.txt', 'mine')));
    expect(unsigned(after.reply)).toEqual(unsigned(reply));
    expect(await after.read('a.txt')).toBe('mine');
  });

  test('a proposal that came too late is refused with the file’s hash again', async () => {
    const { sent, reply, images } = await play(async (client) => {
      const late = await apply(client);
      await client.ask(save('a.txt', 'mine'));
      return late;
    });
    expect(reply).toMatchObject({
      code: 'conflict',
      details: { current_hash: expect.any(String) },
    });
    const after = await repeat(toReply(images), sent);
    expect(after.reply).toEqual(reply);
  });

  test.each(['diff_reject', 'diff_apply'])(
    'a rejection that did not come to it is refused after somebody’s %s',
    async (type) => {
      const { sent, images } = await play(reject);
      const after = await repeat(toDecide(images), sent, (other) =>
        other.ask({ type, diff_id: sent['diff_id'] }),
      );
      const state = type === 'diff_apply' ? 'applied' : 'rejected';
      expect(after.reply).toMatchObject(resolved(state));
      expect(await after.read('a.txt')).toBe(type === 'diff_apply' ? newText : oldText);
    },
  );

  test('a quarantined file that is restored stays', async () => {
    const { sent, reply, images } = await play(quarantine);
    const after = await repeat(toReply(images), sent, (other) =>
      other.ask({ type: 'quarantine_restore', quarantine_path: reply['quarantine_path'] }),
    );
    expect(after.answer).toMatchObject({ type: 'file_restored' });
    expect(unsigned(after.reply)).toEqual(unsigned(reply));
    expect(await after.read('bad.py')).toBe('bad');
    expect(await entries(after.client)).toEqual([]);
  });

  test('a file that is written where a quarantined one was stays, though it is the same', async () => {
    const { sent, reply, images } = await play(quarantine);
    const after = await repeat(toReply(images), sent, (other) => other.ask(save('bad.py', 'bad')));
    expect(unsigned(after.reply)).toEqual(unsigned(reply));
    expect(await after.read('bad.py')).toBe('bad');
  });

  test('a version that is saved before the copied one was removed stays', async () => {
    const { sent, reply, images } = await play(quarantine);
    const after = await repeat(imageBefore(images, 'unlink bad.py'), sent, (other) =>
      other.ask(save('bad.py', 'good')),
    );
    expect(unsigned(after.reply)).toEqual(unsigned(reply));
    expect(await after.read('bad.py')).toBe('good');
    expect(await entries(after.client)).toMatchObject([{ original_path: 'bad.py', size: 3 }]);
  });

  test('a copy whose file was not removed is restored by leaving the file', async () => {
    const { sent, reply, images } = await play(quarantine);
    const after = await repeat(imageBefore(images, 'unlink bad.py'), sent, (other) =>
      other.ask({ type: 'quarantine_restore', quarantine_path: reply['quarantine_path'] }),
    );
    expect(after.answer).toMatchObject({ type: 'file_restored', path: 'bad.py' });
    expect(unsigned(after.reply)).toEqual(unsigned(reply));
    expect(await after.read('bad.py')).toBe('bad');
    expect(await entries(after.client)).toEqual([]);
  });

  test('a restored file that is deleted is not restored again', async () => {
    const { sent, reply, images } = await play(restore);
    const after = await repeat(toReply(images), sent, (other) =>
      other.ask({ type: 'file_delete', path: 'bad.py' }),
    );
    expect(unsigned(after.reply)).toEqual(unsigned(reply));
    expect(await after.read('bad.py')).toBeNull();
  });

  test('a file that somebody else has restored is not there to be restored', async () => {
    const { sent, images } = await play(restore);
    const after = await repeat(imageBefore(images, 'link'), sent, (other) =>
      other.ask({ ...sent, request_id: 'other' }),
    );
    expect(after.answer).toMatchObject({ type: 'file_restored' });
    expect(after.reply).toMatchObject({ code: 'not_found' });
  });

  test('a file that was saved after its fix was cut off is fixed as it is now', async () => {
    const { sent, images } = await play(fix);
    const after = await repeat(toWrite(images), sent, (other) =>
      other.ask(save('load.py', `# mine\n${unsafe}`)),
    );
    expect(after.reply).toMatchObject({ type: 'auto_fix_applied', fixes: [{ line: 6 }] });
    expect(await after.read('load.py')).toBe(`# mine\n${safe}`);
  });

  test('a denial that was told of is not told again', async () => {
    const { sent, images } = await play(decision('deny'));
    const last = images.at(-1) as CrashImage;
    expect(last.before).toContain('update "outcomes"');
    const { reply, other } = await repeat(last, sent);
    expect(reply).toMatchObject({ type: 'approval_resolved', state: 'denied' });
    await other.ask({ type: 'ping' });
    expect(other.messages.map(({ type }) => type)).not.toContain('approval_resolved');
  });

  test.each([
    ['approve', 'deny', 'denied'],
    ['deny', 'approve', 'executed'],
  ])('to %s is refused after somebody’s %s', async (mine, theirs, state) => {
    const { sent, images } = await play(decision(mine));
    const [image] = images.filter(({ before }) => before.startsWith('update "approvals"'));
    const after = await repeat(image as CrashImage, sent, async (other) => {
      await other.ask({ ...sent, request_id: 'other', decision: theirs });
      await other.next((event) => event.type === 'approval_resolved' && event['state'] === state);
    });
    expect(after.reply).toMatchObject(resolved(state));
    expect(await after.read('folder/a.txt')).toBe(theirs === 'deny' ? 'a' : null);
  });
});

test('of an apply and a reject at once one is refused, and the file shows which', async () => {
  const { client, read } = await start();
  const sent = await apply(client);
  const [applied, rejected] = await Promise.all([
    client.ask(sent),
    client.ask({ ...sent, type: 'diff_reject', request_id: 'y' }),
  ]);
  const isApplied = applied.type === 'diff_applied';
  expect(rejected.type).toBe(isApplied ? 'error' : 'diff_rejected');
  expect(await read('a.txt')).toBe(isApplied ? newText : oldText);
});

test('of two requests at once for one file one takes it to quarantine, in one copy', async () => {
  const started = await start();
  const { kit, client } = started;
  const sent = await quarantine(client);
  const other = await joinAs(kit.url, 'k2');
  const replies = await Promise.all([client.ask(sent), other.ask(sent)]);
  expect(replies.map(({ type }) => type).toSorted()).toEqual(['error', 'file_quarantined']);
  expect(await entries(client)).toHaveLength(1);
  expect(await copies(started)).toHaveLength(1);
});

test('a request id that is used anew after its outcome was forgotten takes no older copy away', async () => {
  const { kit, client, read } = await start();
  const sent = await quarantine(client);
  await client.ask(sent);
  const database = new DatabaseSync(join(kit.directory, 'store', 'store.sqlite'));
  database.exec('DELETE FROM outcomes');
  database.close();

  await client.ask(save('bad.py', 'worse'));
  expect(await client.ask(sent)).toMatchObject({ type: 'file_quarantined' });
  expect(await read('bad.py')).toBeNull();
  expect(await entries(client)).toMatchObject([{ size: 3 }, { size: 5 }]);
});

test.each(['approve', 'deny'])(
  'a request that was decided before a crash is not asked about again: %s',
  async (decided) => {
    const { sent, images } = await play(decision(decided), (client) =>
      decided === 'deny'
        ? Promise.resolve()
        : client.next(({ type, state }) => type === 'approval_resolved' && state === 'executed'),
    );
    const moves = images.filter(({ before }) => before.startsWith('update "approvals"'));
    const begun = decided === 'deny' ? images.length - 1 : images.indexOf(moves[2] as CrashImage);
    for (const image of images.slice(0, begun + 1)) {
      const started = await start(image.directory);
      const { client, kit } = started;
      const first = client.ask(deletion);
      const second = client.ask(sent);
      expect(await second, image.before).toMatchObject({ type: 'approval_resolved' });
      expect(await first, image.before).toMatchObject(
        decided === 'deny' ? { code: 'approval_denied' } : { type: 'file_deleted' },
      );
      expect(await client.ask({ type: 'approval_list' }), image.before).toMatchObject({
        approvals: [],
      });
      expect(
        client.messages.filter((m) => m.type === 'approval_required').length,
        image.before,
      ).toBeLessThanOrEqual(1);
      await stopKit(kit);
    }
  },
);
