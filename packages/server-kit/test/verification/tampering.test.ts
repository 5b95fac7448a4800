import { createPublicKey } from 'node:crypto';
import { appendFile, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keyIdOf, openAuditLog, verifyLog } from '../../src/verification/index.ts';
import { attacksOnLines, attacksOnTheEnd } from './attacks.ts';
import { statement, temporaryDirectory, writeLog } from './fixtures.ts';
import {
  bareJwkOf,
  changeAt,
  continueWith,
  count,
  decoded,
  forge,
  forgedCheckpoint,
  intentAt,
  lineAt,
  resultAt,
  rewriteFrom,
  useScenes,
  writeForgedCheckpoint,
  writeLines,
  type Scene,
} from './scene.ts';

const sceneOf = useScenes();

/** What a check of the log finds that is no warning. */
async function errorsOf({ directory, jwks: keys }: Scene, anchors: readonly string[] = []) {
  const { findings, ok } = await verifyLog({ directory, keys, anchors });
  const errors = findings.filter(({ level }) => level === 'error');
  expect(ok).toBe(errors.length === 0);
  return errors.map(({ code, index }) => ({ code, index }));
}

describe('tampering with a log', () => {
  test.each(['plain', 'rotated'] as const)(
    'is not seen in an untouched %s one, which opens',
    async (kind) => {
      const scene = await sceneOf(kind);

      const { old, middle, newest } = scene.anchors;
      expect(await errorsOf(scene, [old, middle, newest])).toEqual([]);
      const log = await openAuditLog({ directory: scene.directory });
      expect(log.size).toBe(count);
      await log.close();
    },
  );

  test.each(attacksOnLines)('is named $finding at entry $index when one $how', async (attack) => {
    const { finding: code, index, kind = 'plain', change } = attack;
    const scene = await sceneOf(kind);
    const { directory, anchors } = scene;
    await writeLines(directory, change(scene));

    expect((await errorsOf(scene))[0]).toEqual({ code, index });
    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      code: 'AUDIT_TAMPERED',
      finding: code,
      index,
      message: expect.stringContaining(code),
    });
    // As after a crash: the last checkpoint is older than the change.
    await writeFile(join(directory, 'checkpoint'), anchors.old);
    expect(await errorsOf(scene)).toEqual([{ code, index }]);
    if (kind === 'rotated') return;
    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: code, index });
  });

  test.each(attacksOnTheEnd)('is named $finding at entry $index when one $how', async (attack) => {
    const { finding: code, index, change } = attack;
    const scene = await sceneOf('plain');
    const { directory, anchors } = scene;
    await writeLines(directory, change(scene));

    expect(await errorsOf(scene)).toEqual([{ code, index }]);
    expect(await errorsOf(scene, [anchors.newest])).toEqual([{ code, index }]);
    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: code });
  });

  test('says that a deleted result leaves an intent open', async () => {
    const scene = await sceneOf('plain');
    await writeLines(scene.directory, scene.lines.toSpliced(resultAt, 1));

    const { findings } = await verifyLog({ directory: scene.directory, keys: scene.jwks });

    expect(findings).toMatchObject([
      { code: 'MISSING', index: resultAt, line: resultAt + 1 },
      { code: 'OPEN_INTENT', index: intentAt, level: 'warning' },
    ]);
  });
});

describe('tampering with the checkpoint', () => {
  test('is named SIGNATURE when its size is edited', async () => {
    const scene = await sceneOf('plain');
    const note = scene.anchors.newest.replace(`\n${count}\n`, `\n${count - 1}\n`);
    await writeFile(join(scene.directory, 'checkpoint'), note);

    expect(await errorsOf(scene)).toEqual([{ code: 'SIGNATURE', index: undefined }]);
  });

  test('is named TRUNCATED when it is from the future', async () => {
    const scene = await sceneOf('plain');
    const { directory, lines, stolenKey: key } = scene;
    await writeForgedCheckpoint(directory, [...lines, 'one more'], key);

    expect(await errorsOf(scene)).toEqual([{ code: 'TRUNCATED', index: count }]);
  });

  test('is named ORIGIN when it is of another log of the same key', async () => {
    const scene = await sceneOf('plain');
    const { directory, lines, stolenKey, jwks: keys } = scene;
    const foreign = forgedCheckpoint(lines, stolenKey, 'ide-assistant/other');
    await writeFile(join(directory, 'checkpoint'), foreign);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: 'ORIGIN' });
    expect(await errorsOf(scene, [scene.anchors.old])).toEqual([
      { code: 'ORIGIN', index: undefined },
    ]);
    const verdict = await verifyLog({ directory, keys, origin: 'ide-assistant/local' });
    expect(verdict.findings).toMatchObject([{ code: 'ORIGIN' }]);
  });

  test('is named CHECKPOINT when it is gone or no signed note', async () => {
    const scene = await sceneOf('plain');
    const path = join(scene.directory, 'checkpoint');
    await writeFile(path, 'ide-assistant/local\n9\n');
    expect(await errorsOf(scene)).toEqual([{ code: 'CHECKPOINT', index: undefined }]);

    await rm(path);
    expect(await errorsOf(scene)).toEqual([{ code: 'CHECKPOINT', index: undefined }]);
  });

  test('is named KEY_RANGE when the key before signed one over later entries', async () => {
    const scene = await sceneOf('rotated');
    await writeForgedCheckpoint(scene.directory, scene.lines, scene.oldKey);

    expect(await errorsOf(scene)).toEqual([{ code: 'KEY_RANGE', index: undefined }]);
  });
});

describe('with the stolen key, a history', () => {
  async function forged(scene: Scene, lines: string[]): Promise<Scene> {
    await writeLines(scene.directory, lines);
    await writeForgedCheckpoint(scene.directory, lines, scene.stolenKey);
    return scene;
  }

  test('that was cut and given an old checkpoint is seen by whoever kept a newer one', async () => {
    const scene = await sceneOf('plain');
    await writeLines(scene.directory, scene.lines.slice(0, 2));
    await writeFile(join(scene.directory, 'checkpoint'), scene.anchors.old);

    expect(await errorsOf(scene)).toEqual([]);
    expect(await errorsOf(scene, [scene.anchors.old])).toEqual([]);
    expect(await errorsOf(scene, [scene.anchors.newest])).toEqual([{ code: 'ROLLBACK', index: 2 }]);
  });

  test('that was given an old checkpoint alone is seen too', async () => {
    const scene = await sceneOf('plain');
    await writeFile(join(scene.directory, 'checkpoint'), scene.anchors.old);

    expect(await errorsOf(scene, [scene.anchors.middle])).toEqual([{ code: 'ROLLBACK', index: 2 }]);
  });

  test('that was written anew from the start is seen by whoever kept any checkpoint', async () => {
    const scene = await sceneOf('plain');
    await forged(scene, rewriteFrom(scene.lines, 0, { key: scene.stolenKey }));

    const { old, middle, newest } = scene.anchors;
    expect(await errorsOf(scene)).toEqual([]);
    const fork = { code: 'FORK', index: undefined };
    expect(await errorsOf(scene, [old, middle, newest])).toEqual([fork, fork, fork]);
  });

  test('that forks after an entry is seen by whoever kept a checkpoint of later', async () => {
    const scene = await sceneOf('plain');
    await forged(scene, rewriteFrom(scene.lines, 4, { key: scene.stolenKey }));

    expect(await errorsOf(scene, [scene.anchors.old])).toEqual([]);
    expect(await errorsOf(scene, [scene.anchors.old, scene.anchors.middle])).toEqual([
      { code: 'FORK', index: undefined },
    ]);
  });

  test('cannot be passed off to a server that holds another key, by a change to that key', async () => {
    const scene = await sceneOf('rotated');
    const { directory, lines, oldKey } = scene;
    // The thief of the first key writes a past of his own, up to the real change of key.
    const past = rewriteFrom(lines.slice(0, 5), 0, { key: oldKey });
    await writeLines(directory, past);
    await writeFile(join(directory, 'checkpoint'), forgedCheckpoint(past.slice(0, 4), oldKey));

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: 'FOREIGN_KEY' });
  });

  test('that ends in an edited entry is not what its checkpoint covers', async () => {
    const scene = await sceneOf('plain');
    const { directory, lines, stolenKey: key } = scene;
    await writeLines(directory, lines.with(-1, forge(lineAt(lines, -1), { key })));

    expect(await errorsOf(scene)).toEqual([{ code: 'ROOT', index: undefined }]);
    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: 'ROOT' });
  });
});

describe('with a key that was retired, a history', () => {
  async function forged(scene: Scene, lines: string[], size = lines.length): Promise<Scene> {
    await writeLines(scene.directory, lines);
    const note = forgedCheckpoint(lines.slice(0, size), scene.oldKey);
    await writeFile(join(scene.directory, 'checkpoint'), note);
    return scene;
  }

  /** A history of the thief's own, without the change of key. */
  function madeUp({ lines, oldKey: key, jwks }: Scene, size: number): string[] {
    const keyid = String(jwks.keys[0]?.['kid']);
    return continueWith(lines.slice(0, 2), { key, keyid, size });
  }

  test('that goes on with it is named KEY_RANGE from where the key was to change', async () => {
    const scene = await sceneOf('rotated');
    await forged(scene, madeUp(scene, 12));

    const errors = await errorsOf(scene);
    expect(errors.every(({ code }) => code === 'KEY_RANGE')).toBe(true);
    const indexes = Array.from({ length: 12 - changeAt }, (_, place) => changeAt + place);
    expect(errors.map(({ index }) => index)).toEqual([...indexes, undefined]);
  });

  test.each([
    ['its last entry', changeAt + 1, changeAt + 1, ['KEY_RANGE', 'KEY_RANGE']],
    ['its last entry, which the checkpoint leaves out', changeAt + 1, changeAt, ['KEY_RANGE']],
    ['an entry before', changeAt, changeAt, ['ROLLBACK']],
  ] as const)(
    'that ends with %s is not the log of the given keys',
    async (_, size, covered, codes) => {
      const scene = await sceneOf('rotated');
      await forged(scene, madeUp(scene, size), covered);

      expect((await errorsOf(scene)).map(({ code }) => code)).toEqual(codes);
      // With the first key alone nobody can tell.
      const keys = { keys: scene.jwks.keys.slice(0, 1).map(bareJwkOf) };
      expect((await verifyLog({ directory: scene.directory, keys })).ok).toBe(true);
    },
  );

  test('that hands over to another key, or earlier, is named KEY_RANGE at the change', async () => {
    const scene = await sceneOf('rotated');
    const other = await sceneOf('plain');
    const next = createPublicKey(other.stolenKey);
    const change = (text: string) => {
      const spki = next.export({ type: 'spki', format: 'der' }).toString('base64');
      const id = keyIdOf(next);
      return text
        .replace(/"spki":"[^"]*"/, `"spki":"${spki}"`)
        .replace(/"keyid":"[^"]*"/, `"keyid":"${id}"`);
    };
    const { lines, oldKey: key } = scene;
    const handedOver = lines.with(changeAt, forge(lineAt(lines, changeAt), { key, edit: change }));
    await forged(scene, handedOver.slice(0, changeAt + 1), changeAt);
    expect(await errorsOf(scene)).toEqual([{ code: 'KEY_RANGE', index: changeAt }]);

    // The entries behind it may be the real ones: they do not follow, but are by the right key.
    await writeLines(scene.directory, handedOver);
    expect((await errorsOf(scene))[0]).toEqual({ code: 'KEY_RANGE', index: changeAt });

    const place = (text: string) =>
      text
        .replace(/"seq":\d+/, '"seq":2')
        .replace(/"id":"v_[^"]*"/, '"id":"v_2_0123456789abcdef"')
        .replace(
          /"prev":"[0-9a-f]{64}"/,
          /"prev":"[0-9a-f]{64}"/.exec(decoded(lineAt(lines, 2)))?.[0] ?? '',
        );
    const early = forge(lineAt(lines, changeAt), { key, edit: place });
    await forged(scene, [...lines.slice(0, 2), early], 2);
    expect((await errorsOf(scene))[0]).toEqual({ code: 'KEY_RANGE', index: 2 });
  });

  test('cannot be anchored by it either', async () => {
    const scene = await sceneOf('rotated');
    const anchor = forgedCheckpoint(scene.lines, scene.oldKey);

    expect(await errorsOf(scene, [anchor])).toEqual([{ code: 'KEY_RANGE', index: undefined }]);
  });
});

test('bytes that are no text in the last line are named FORM', async () => {
  const scene = await sceneOf('plain');
  const { directory, lines, anchors } = scene;
  const before = lines.slice(0, -1).map((line) => `${line}\n`);
  const last = [Buffer.from('{"note":"'), Buffer.from([0xff, 0xfe]), Buffer.from('",')];
  const bent = [
    Buffer.from(before.join('')),
    ...last,
    Buffer.from(`${lineAt(lines, -1).slice(1)}\n`),
  ];
  await writeFile(join(directory, 'log.jsonl'), Buffer.concat(bent));
  await writeFile(join(directory, 'checkpoint'), anchors.middle);

  expect(await errorsOf(scene)).toEqual([{ code: 'FORM', index: count - 1 }]);
  await expect(openAuditLog({ directory })).rejects.toMatchObject({
    finding: 'FORM',
    index: count - 1,
  });
});

describe('a log does not open', () => {
  test('when the file ends inside an entry that the checkpoint covers, and it is left as it is', async () => {
    const { directory } = await sceneOf('plain');
    const path = join(directory, 'log.jsonl');
    const cut = (await readFile(path)).subarray(0, -20);
    await writeFile(path, cut);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({ finding: 'TRUNCATED' });
    expect(await readFile(path)).toEqual(cut);
  });

  test.each<[string, string, (directory: string, other: string) => Promise<unknown>]>([
    [
      'entries of another log are put in their place',
      'FOREIGN_KEY',
      (directory, other) => copyFile(join(other, 'log.jsonl'), join(directory, 'log.jsonl')),
    ],
    [
      'its key is exchanged',
      'FOREIGN_KEY',
      (directory, other) => copyFile(join(other, 'key.pem'), join(directory, 'key.pem')),
    ],
    [
      'its checkpoint is exchanged',
      'FOREIGN_KEY',
      (directory, other) => copyFile(join(other, 'checkpoint'), join(directory, 'checkpoint')),
    ],
    ['its key is removed', 'KEY', (directory) => rm(join(directory, 'key.pem'))],
    ['its checkpoint is removed', 'CHECKPOINT', (directory) => rm(join(directory, 'checkpoint'))],
    ['its entries are removed', 'TRUNCATED', (directory) => rm(join(directory, 'log.jsonl'))],
    [
      'its entries and its checkpoint are removed',
      'CHECKPOINT',
      async (directory) => {
        await rm(join(directory, 'log.jsonl'));
        await rm(join(directory, 'checkpoint'));
      },
    ],
    [
      'its entries and its key are removed',
      'KEY',
      async (directory) => {
        await rm(join(directory, 'log.jsonl'));
        await rm(join(directory, 'key.pem'));
      },
    ],
  ])('when %s', async (_, finding, change) => {
    const { directory } = await sceneOf('plain');
    const other = await temporaryDirectory();
    await writeLog(other, count);
    await change(directory, other);

    await expect(openAuditLog({ directory })).rejects.toMatchObject({
      code: 'AUDIT_TAMPERED',
      finding,
    });
  });

  test('and does not keep the lock: once repaired, it opens', async () => {
    const { directory, lines } = await sceneOf('plain');
    await writeLines(directory, lines.slice(1));
    await expect(openAuditLog({ directory })).rejects.toMatchObject({ code: 'AUDIT_TAMPERED' });

    await writeLines(directory, lines);
    const log = await openAuditLog({ directory });
    expect(log.size).toBe(count);
    expect(await log.append(statement())).toMatchObject({ index: count });
    await log.close();
  });
});

test('half a line at the end is a warning, at the place of the entry that it was to be', async () => {
  const { directory, jwks: keys } = await sceneOf('plain');
  await appendFile(join(directory, 'log.jsonl'), '{"payloadType":"application/vn');

  expect(await verifyLog({ directory, keys })).toMatchObject({
    ok: true,
    size: count,
    findings: [{ code: 'UNCOMMITTED_TAIL', level: 'warning', index: count }],
  });
});
