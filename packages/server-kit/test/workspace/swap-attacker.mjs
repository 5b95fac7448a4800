// A program in the sandbox that replaces a directory by a link and back as fast as it can. It ends
// when the test tells it to or is gone, and by itself after a bounded number of swaps.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const [directory, target] = process.argv.slice(2);
const [victim, aside, link] = ['d', 'aside', 'link'].map((name) => join(directory, name));
let swaps = 0;

/** Whether an action succeeded; the test deletes what is swapped here, and the attacker goes on. */
function attempt(action) {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

function prepare() {
  mkdirSync(victim, { recursive: true });
  const file = join(victim, 'file.txt');
  if (!existsSync(file)) writeFileSync(file, 'inside');
  if (existsSync(aside)) rmSync(aside, { recursive: true, force: true });
  if (!attempt(() => lstatSync(link).isSymbolicLink() || rmSync(link, { recursive: true }))) {
    symlinkSync(target, link);
  }
}

function swapOnce() {
  attempt(prepare);
  if (!attempt(() => renameSync(victim, aside))) return;
  if (attempt(() => renameSync(link, victim))) {
    swaps += 1;
    attempt(() => renameSync(victim, link));
  }
  attempt(() => renameSync(aside, victim));
}

function burst() {
  for (let i = 0; i < 20; i++) swapOnce();
  if (swaps >= 2_000_000) process.exit(0);
  if (process.connected) process.send({ swaps }, () => setImmediate(burst));
}

process.once('message', () => process.exit(0));
process.once('disconnect', () => process.exit(0));
burst();
