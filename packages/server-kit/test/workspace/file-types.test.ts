import { execFile } from 'node:child_process';
import { readFile as readHostFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkFileType, confinePath, defaultFileTypes } from '../../src/workspace/index.ts';
import { detectContent } from '../../src/workspace/content-kind.ts';
import { openScratch } from './scratch.ts';

const run = promisify(execFile);
const refusal = (message: string) =>
  expect.objectContaining({
    code: 'unsupported_file_type',
    message: expect.stringContaining(message),
  });
const hex = (digits: string, length = 0) => {
  const bytes = Buffer.from(digits.replaceAll(' ', ''), 'hex');
  return Buffer.concat([bytes, Buffer.alloc(Math.max(0, length - bytes.length))]);
};
const endRecord = (commentBytes: number) =>
  Buffer.concat([
    hex('504b0506', 20),
    Buffer.from([commentBytes & 255, commentBytes >> 8]),
    Buffer.alloc(commentBytes, 'c'),
  ]);

describe('types by content', () => {
  test.each([
    ['executable', 'ELF', hex('7f454c46 0201', 64)],
    ['executable', 'PE', hex('4d5a9000 03000000', 64)],
    ['executable', 'Mach-O', hex('cffaedfe 07000001')],
    ['executable', 'Mach-O universal or Java class', hex('cafebabe 00000002')],
    ['executable', 'WebAssembly', hex('0061736d 01000000')],
    ['archive', 'zip', hex('504b0304 1400')],
    ['archive', 'zip', endRecord(0)],
    ['archive', 'gzip', gzipSync('x')],
    ['archive', 'bzip2', Buffer.concat([Buffer.from('BZh9'), hex('314159265359')])],
    ['archive', 'xz', hex('fd377a585a00 0004')],
    ['archive', 'zstd', hex('28b52ffd 2000')],
    ['archive', '7z', hex('377abcaf271c 0004')],
    ['archive', 'rar', hex('526172211a07 0100')],
    ['archive', 'ar', Buffer.from('!<arch>\ndebian-binary')],
    ['image', 'PNG', hex('89504e470d0a1a0a 0000000d')],
    ['image', 'WEBP', Buffer.from('RIFF\x04\0\0\0WEBPVP8 ')],
    ['media', 'MP4', Buffer.from('\0\0\0\x18ftypisom')],
    ['document', 'PDF', Buffer.from('%PDF-1.7\n')],
    ['database', 'SQLite', Buffer.from('SQLite format 3\0')],
  ])('recognise %s: %s', (kind, format, bytes) => {
    expect(detectContent(bytes)).toEqual({ kind, format });
  });

  test.each([
    ['an empty file', ''],
    ['a script', '#!/bin/sh\necho hi\n'],
    [
      'a text that begins with MZ',
      'MZ is not a header here, but two letters of a longer sentence.\n',
    ],
    ['a text that begins with BZh9', 'BZh9 is how bzip2 begins\n'],
    ['a text that begins with PK', 'PK: primary key\n'],
    ['a text that names ustar', `${' '.repeat(257)}ustar is the magic of tar\n`],
    ['a text with a byte order mark', '\uFEFFhello\n'],
    ['UTF-8 of many kinds', 'größe 日本 🙂\n'],
  ])('leave %s alone', (_, text) => {
    expect(detectContent(Buffer.from(text))).toBeNull();
  });

  test('leave compressed bytes without any magic alone', () => {
    expect(detectContent(brotliCompressSync('x'.repeat(100)))).toBeNull();
  });

  test('find a zip that hides behind something else, also with a comment', () => {
    const picture = Buffer.from('an innocent text\n');
    for (const commentBytes of [0, 17, 65_535]) {
      const hidden = Buffer.concat([picture, endRecord(commentBytes)]);
      expect(detectContent(hidden)).toEqual({ kind: 'archive', format: 'zip' });
    }
  });

  test('recognise the archives and programs of this machine', async () => {
    const { host, put } = await openScratch();
    await put('a.txt', 'content');
    await run('tar', ['-cf', host('a.tar'), '-C', host(''), 'a.txt']);
    expect(detectContent(await readHostFile(host('a.tar')))).toMatchObject({ kind: 'archive' });
    const program = await readHostFile(process.platform === 'linux' ? '/bin/ls' : process.execPath);
    expect(detectContent(program)).toMatchObject({ kind: 'executable' });
  });
});

describe('the check of a file type', () => {
  const check = (path: string, text: string | Buffer | null, types = defaultFileTypes) =>
    checkFileType(confinePath(path), text === null ? null : Buffer.from(text), types);

  test('refuses programs and archives by default, whatever they are called', () => {
    expect(() => check('notes.txt', hex('7f454c46', 64))).toThrow(refusal('an executable (ELF)'));
    expect(() => check('notes.txt', gzipSync('x'))).toThrow(refusal('an archive (gzip)'));
    expect(() => check('photo.png', hex('89504e470d0a1a0a'))).not.toThrow();
    expect(() => check('setup.exe', 'just text')).not.toThrow();
  });

  test('looks at the name alone when there is no content', () => {
    expect(() => check('notes.txt', null)).not.toThrow();
    expect(() => check('setup.exe', null, { deny: ['.exe'] })).toThrow(refusal('.exe'));
  });

  test.each(['a.exe', 'A.EXE', 'a.exe.', 'a.exe. .', 'dir/b.tar.exe', '.exe'])(
    'refuses %j where .exe is excluded',
    (path) => {
      expect(() => check(path, '', { deny: ['.exe'] })).toThrow(refusal('.exe'));
    },
  );

  test.each([
    ['a.py', true],
    ['A.PY', true],
    ['Makefile', true],
    ['src/makefile', true],
    ['a.tar.gz', true],
    ['a.gz', false],
    ['a.pyc', false],
    ['py', false],
    ['not-Makefile', false],
  ])('takes %j only when it is among the accepted: %s', (path, accepted) => {
    const types = { allow: ['.py', '.tar.gz', 'makefile'] };
    if (accepted) expect(() => check(path, '', types)).not.toThrow();
    else expect(() => check(path, '', types)).toThrow(refusal('.py, .tar.gz, makefile'));
  });

  test('excludes what is also accepted', () => {
    const types = { allow: ['.env', '.py'], deny: ['.env'] };
    expect(() => check('prod.env', '', types)).toThrow(refusal('.env'));
    expect(() => check('.env', '', types)).toThrow(refusal('.env'));
  });
});
