import { wireFrame } from '../faults/raw-wire.ts';

const bad = (...bytes: number[]) => wireFrame(Buffer.from([0x22, ...bytes, 0x22]));
const close = (...bytes: number[]) => wireFrame(Buffer.from(bytes), { opcode: 8 });
const text = '{"type":"ping"}';

/**
 * What is no WebSocket frame as RFC 6455 has it, or too large, and the code that a server closes with:
 * 1002 for the protocol, 1007 for what is not UTF-8, 1009 for the size.
 */
export function malformedBytes(maxMessageBytes: number): readonly [number, Buffer][] {
  const half = 'x'.repeat(maxMessageBytes / 2 + 1);
  return [
    [1002, wireFrame(text, { mask: false })],
    [1002, wireFrame(text, { reserved: 0x40 })],
    [1002, wireFrame(text, { reserved: 0x20 })],
    [1002, wireFrame(text, { reserved: 0x10 })],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [number, Buffer] => [
      1002,
      wireFrame(text, { opcode }),
    ]),
    [1002, wireFrame(text, { opcode: 0 })],
    [1002, Buffer.concat([wireFrame(text, { isLast: false }), wireFrame(text)])],
    [1002, wireFrame('', { opcode: 9, isLast: false })],
    [1002, wireFrame('x'.repeat(126), { opcode: 9 })],
    [1002, close(3)],
    [1002, close(0x03, 0xed)],
    [1002, close(0x00, 0x00)],
    [1007, close(0x03, 0xe8, 0xff)],
    [1007, bad(0xff)],
    [1007, bad(0xc0, 0x80)],
    [1007, bad(0xed, 0xa0, 0x80)],
    [1007, bad(0xf4, 0x90, 0x80, 0x80)],
    [1007, bad(0xe2, 0x82)],
    [
      1007,
      Buffer.concat([wireFrame('"', { isLast: false }), wireFrame(Buffer.of(0x80), { opcode: 0 })]),
    ],
    [1009, wireFrame('', { length: maxMessageBytes + 1 })],
    [1009, wireFrame('', { length: 2 ** 52 })],
    [1009, wireFrame('', { length: 2 ** 60 })],
    [1009, wireFrame('x'.repeat(maxMessageBytes + 1))],
    [1009, wireFrame(Buffer.alloc(maxMessageBytes + 1), { opcode: 2 })],
    [1009, Buffer.concat([wireFrame(half, { isLast: false }), wireFrame(half, { opcode: 0 })])],
  ];
}
