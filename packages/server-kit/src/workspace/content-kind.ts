/** What the first bytes of a file say it is; text and everything unknown have no kind. */
export type ContentKind = 'executable' | 'archive' | 'image' | 'media' | 'document' | 'database';

/** A recognised format. */
export interface DetectedContent {
  readonly kind: ContentKind;
  /** Name of the format for people, as `ELF` or `gzip`. */
  readonly format: string;
}

/**
 * Recognises a file format by its magic bytes, whatever the file is called.
 * @see https://www.iana.org/assignments/media-types and the pages of each format; the numbers are
 *   those of file(1).
 */
export function detectContent(bytes: Uint8Array): DetectedContent | null {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [kind, format, offset, magic] of signatures) {
    if (view.subarray(offset, offset + magic.length).equals(magic)) return { kind, format };
  }
  if (isPortableExecutable(view)) return { kind: 'executable', format: 'PE' };
  if (isBzip2(view)) return { kind: 'archive', format: 'bzip2' };
  if (isRiff(view)) return { kind: riffKind(view), format: view.toString('latin1', 8, 12).trim() };
  if (view.toString('latin1', 4, 8) === 'ftyp') return { kind: 'media', format: 'MP4' };
  if (endsAsZip(view)) return { kind: 'archive', format: 'zip' };
  return null;
}

type Signature = readonly [kind: ContentKind, format: string, offset: number, magic: Buffer];

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

const signatures: readonly Signature[] = [
  ['executable', 'ELF', 0, bytesOf('7f 45 4c 46')],
  ['executable', 'Mach-O', 0, bytesOf('fe ed fa ce')],
  ['executable', 'Mach-O', 0, bytesOf('fe ed fa cf')],
  ['executable', 'Mach-O', 0, bytesOf('ce fa ed fe')],
  ['executable', 'Mach-O', 0, bytesOf('cf fa ed fe')],
  ['executable', 'Mach-O universal or Java class', 0, bytesOf('ca fe ba be')],
  ['executable', 'Mach-O universal', 0, bytesOf('ca fe ba bf')],
  ['executable', 'WebAssembly', 0, bytesOf('00 61 73 6d')],
  ['executable', 'Android DEX', 0, text('dex\n03')],
  ['executable', 'LLVM bitcode', 0, bytesOf('42 43 c0 de')],
  ['executable', 'Lua bytecode', 0, bytesOf('1b 4c 75 61')],
  ['executable', 'Windows shortcut', 0, bytesOf('4c 00 00 00 01 14 02 00')],
  ['archive', 'zip', 0, bytesOf('50 4b 03 04')],
  ['archive', 'zip', 0, bytesOf('50 4b 05 06')],
  ['archive', 'zip', 0, bytesOf('50 4b 07 08')],
  ['archive', 'gzip', 0, bytesOf('1f 8b')],
  ['archive', 'compress', 0, bytesOf('1f 9d')],
  ['archive', 'xz', 0, bytesOf('fd 37 7a 58 5a 00')],
  ['archive', 'zstd', 0, bytesOf('28 b5 2f fd')],
  ['archive', 'lz4', 0, bytesOf('04 22 4d 18')],
  ['archive', 'lzip', 0, bytesOf('4c 5a 49 50 01')],
  ['archive', '7z', 0, bytesOf('37 7a bc af 27 1c')],
  ['archive', 'rar', 0, bytesOf('52 61 72 21 1a 07')],
  ['archive', 'tar', 257, bytesOf('75 73 74 61 72 00')],
  ['archive', 'tar', 257, bytesOf('75 73 74 61 72 20 20 00')],
  ['archive', 'cabinet', 0, bytesOf('4d 53 43 46 00 00 00 00')],
  ['archive', 'ar', 0, text('!<arch>\n')],
  ['image', 'PNG', 0, bytesOf('89 50 4e 47 0d 0a 1a 0a')],
  ['image', 'JPEG', 0, bytesOf('ff d8 ff')],
  ['image', 'GIF', 0, text('GIF87a')],
  ['image', 'GIF', 0, text('GIF89a')],
  ['image', 'TIFF', 0, bytesOf('49 49 2a 00')],
  ['image', 'TIFF', 0, bytesOf('4d 4d 00 2a')],
  ['image', 'ICO', 0, bytesOf('00 00 01 00')],
  ['media', 'Ogg', 0, text('OggS')],
  ['media', 'FLAC', 0, text('fLaC')],
  ['media', 'MP3', 0, bytesOf('49 44 33')],
  ['media', 'Matroska', 0, bytesOf('1a 45 df a3')],
  ['document', 'PDF', 0, text('%PDF-')],
  ['document', 'OLE compound file', 0, bytesOf('d0 cf 11 e0 a1 b1 1a e1')],
  ['document', 'RTF', 0, text('{\\rtf')],
  ['database', 'SQLite', 0, text('SQLite format 3\0')],
];

// "MZ" alone may begin a text, but a DOS header of 28 to 64 bytes always has NUL bytes in it.
function isPortableExecutable(view: Buffer): boolean {
  if (view.length < 28 || view.toString('latin1', 0, 2) !== 'MZ') return false;
  return view.subarray(0, 64).includes(0);
}

function isBzip2(view: Buffer): boolean {
  // "BZh", the block size 1 to 9, then pi in BCD, or its square root when there is no block.
  if (!/^BZh[1-9]$/.test(view.toString('latin1', 0, 4))) return false;
  const block = view.toString('hex', 4, 10);
  return block === '314159265359' || block === '177245385090';
}

function isRiff(view: Buffer): boolean {
  return view.length >= 12 && view.toString('latin1', 0, 4) === 'RIFF';
}

function riffKind(view: Buffer): ContentKind {
  return view.toString('latin1', 8, 12) === 'WEBP' ? 'image' : 'media';
}

/** Length of a zip's end record without its comment, and of the longest comment, bytes. */
const endRecordBytes = 22;
const maxCommentBytes = 65_535;

// A zip is read from its end, so anything may stand before it: a picture, a script, a program.
function endsAsZip(view: Buffer): boolean {
  const first = Math.max(0, view.length - endRecordBytes - maxCommentBytes);
  for (let at = view.length - endRecordBytes; at >= first; at--) {
    if (view.readUInt32LE(at) !== 0x06054b50) continue;
    const commentBytes = view.readUInt16LE(at + 20);
    if (at + endRecordBytes + commentBytes === view.length) return true;
  }
  return false;
}
