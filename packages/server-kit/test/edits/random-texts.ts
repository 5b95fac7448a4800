/** A seeded source of random numbers from 0 to 1 (mulberry32), so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A text and a changed version of it, made of few different lines so that they often repeat. */
export function randomPair(random: () => number): { oldText: string; newText: string } {
  const ending = random() < 0.3 ? '\r\n' : '\n';
  const lines = Array.from({ length: pick(random, 60) }, () => randomLine(random));
  const oldText = finish(random, lines, ending);
  return { oldText, newText: finish(random, changeLines(random, lines), ending) };
}

/** Changes, removes and inserts lines at random places. */
export function changeLines(random: () => number, lines: readonly string[]): string[] {
  const changed = [...lines];
  for (let edits = pick(random, 8); edits > 0; edits--) {
    const at = pick(random, changed.length + 1);
    const removed = pick(random, 4);
    const added = Array.from({ length: pick(random, 4) }, () => randomLine(random));
    changed.splice(at, removed, ...added);
  }
  return changed;
}

/** A whole number from 0 to below `end`. */
export function pick(random: () => number, end: number): number {
  return Math.floor(random() * end);
}

function randomLine(random: () => number): string {
  const words = [
    '',
    '',
    'a',
    'b',
    '}',
    'return x',
    'größer',
    '\tif y:',
    '🙂',
    '-- minus',
    '+ plus',
  ];
  return words[pick(random, words.length)] as string;
}

function finish(random: () => number, lines: readonly string[], ending: string): string {
  const text = lines.join(ending);
  return random() < 0.7 && lines.length > 0 ? text + ending : text;
}
