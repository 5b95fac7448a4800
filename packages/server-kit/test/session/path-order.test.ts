import { expect, test } from 'vitest';
import { createPathOrder } from '../../src/session/path-order.ts';

/** Enters and notes its name when its turn has come. */
function queue() {
  const order = createPathOrder();
  const turns: string[] = [];
  const enter = (name: string, ...keys: string[]) => {
    const place = order.enter(keys);
    void place.turn.then(() => turns.push(name));
    return place;
  };
  /** Lets everything happen that can. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { turns, enter, settle };
}

test('requests on one path take their turns in the order in which they came', async () => {
  const { turns, enter, settle } = queue();
  const first = enter('first', 'a');
  const second = enter('second', 'a');
  enter('third', 'a');
  await settle();
  expect(turns).toEqual(['first']);
  first.leave();
  await settle();
  expect(turns).toEqual(['first', 'second']);
  second.leave();
  await settle();
  expect(turns).toEqual(['first', 'second', 'third']);
});

test('requests on other paths do not wait, and one on two paths waits for both', async () => {
  const { turns, enter, settle } = queue();
  const a = enter('a', 'a');
  const b = enter('b', 'b');
  enter('both', 'a', 'b');
  await settle();
  expect(turns).toEqual(['a', 'b']);
  a.leave();
  await settle();
  expect(turns).toEqual(['a', 'b']);
  b.leave();
  await settle();
  expect(turns).toEqual(['a', 'b', 'both']);
});

test('a repeat that is answered at once lets no later request past the one that still works', async () => {
  const { turns, enter, settle } = queue();
  const working = enter('working', 'a');
  enter('repeat', 'a').leave();
  enter('later', 'a');
  await settle();
  expect(turns).toEqual(['working']);
  working.leave();
  await settle();
  expect(turns).toEqual(['working', 'repeat', 'later']);
});
