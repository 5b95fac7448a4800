/** Fields of a message. */
export type Fields = Record<string, unknown>;

/** Spoils messages, by one to three of many ways each. */
export interface Spoiler {
  /** Whether the text comes out as JSON still, or as any bytes. */
  spoil(message: Fields, as: 'json' | 'bytes'): Buffer;
  /** An id that no other is like, even after some bits of it have changed. */
  newId(): string;
}

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 ? [value] : { a: value };
  return value;
};

const wild: readonly (() => unknown)[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, 5e-324].map((value) => () => value),
  ...[
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\udfff\ud800',
    '🦆',
    '../../etc/passwd',
    '/',
    '.',
    '__proto__',
  ].map((value) => () => value),
  ...[[], {}, [[]], ['a', 1, null], { length: 1e9 }, { toString: 1 }].map((value) => () => value),
  () => 'x'.repeat(5_000),
  () => nested(50),
  () => nested(2_000),
];
const keys = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  'type',
  'request_id',
  'x',
  '',
  '\ud800',
];

/** Makes one; the same random numbers spoil in the same ways. */
export function createSpoiler(random: () => number): Spoiler {
  const below = (count: number) => Math.floor(random() * count);
  const one = <T>(values: readonly T[]): T => {
    const chosen = values[below(values.length)];
    if (chosen === undefined) throw new RangeError('there is nothing to choose from');
    return chosen;
  };
  const newId = () =>
    Array.from({ length: 4 }, () =>
      below(2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  const set = (fields: Fields, key: string, value: unknown): void => {
    // Answers are known by their ids, so that no two may become the same.
    const isId = key === 'request_id' && typeof value === 'string';
    define(fields, key, isId ? value + newId() : value);
  };

  const waysOfJson: readonly ((fields: Fields) => void)[] = [
    (fields) => set(fields, one(Object.keys(fields)), one(wild)()),
    (fields) => delete fields[one(Object.keys(fields))],
    (fields) => set(fields, one(keys), one(wild)()),
    (fields) => set(fields, one(Object.keys(fields)), fields[one(Object.keys(fields))]),
  ];
  const waysOfBytes: readonly ((text: Buffer) => Buffer)[] = [
    (text) => text.subarray(0, below(text.length)),
    (text) => text.subarray(below(text.length)),
    (text) => flip(text, below(text.length), 1 << below(7)),
    // What is no UTF-8 costs the connection, so there is less of it.
    (text) => (random() < 0.2 ? flip(text, below(text.length), 0x80) : text),
    (text) => {
      const from = below(text.length);
      return Buffer.concat([
        text.subarray(0, from + below(text.length - from)),
        text.subarray(from),
      ]);
    },
    (text) => {
      const at = below(text.length);
      const added = Buffer.from(one([...'{}[]":,\\\u0000\n/-e0', '\ufeff', '\u2028', '\\ud800']));
      return Buffer.concat([text.subarray(0, at), added, text.subarray(at)]);
    },
    () => Buffer.alloc(0),
  ];

  return {
    newId,
    spoil(message, as) {
      const fields = { ...message };
      let times = 1 + below(3);
      for (; as === 'json' && times > 0 && Object.keys(fields).length > 0; times -= 1) {
        one(waysOfJson)(fields);
      }
      let text: Buffer = Buffer.from(JSON.stringify(fields));
      for (; as === 'bytes' && times > 0 && text.length > 0; times -= 1) {
        text = one(waysOfBytes)(text);
      }
      return text;
    },
  };
}

/** Own fields only: by assignment `__proto__` would vanish, and JSON has it as any other. */
function define(fields: Fields, key: string, value: unknown): void {
  Object.defineProperty(fields, key, {
    value,
    ...{ configurable: true, enumerable: true, writable: true },
  });
}

function flip(text: Buffer, at: number, bit: number): Buffer {
  const flipped = Buffer.from(text);
  flipped[at] = (flipped[at] ?? 0) ^ bit;
  return flipped;
}
