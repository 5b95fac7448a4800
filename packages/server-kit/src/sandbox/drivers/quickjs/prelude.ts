/**
 * What a program finds in the QuickJS realm beside the language itself: `console`, timers and the
 * part of `process` that makes sense there. It runs inside, before the program, and takes the
 * host's functions away from the global object so that the program cannot reach them.
 */
export const prelude = `(() => {
  const { write, exit, startTimer, argv } = globalThis.host;
  delete globalThis.host;

  const quote = (value) => JSON.stringify(value);
  const show = (value, seen, depth) => {
    if (typeof value === 'string') return depth === 0 ? value : quote(value);
    if (typeof value === 'bigint') return value + 'n';
    if (typeof value === 'symbol') return value.toString();
    if (typeof value === 'function') return '[Function: ' + (value.name || 'anonymous') + ']';
    if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value);
    if (value instanceof Error) return value.name + ': ' + value.message + '\\n' + (value.stack ?? '');
    if (value instanceof Date || value instanceof RegExp) return String(value);
    if (seen.includes(value)) return '[Circular]';
    const inside = [...seen, value];
    const child = (item) => show(item, inside, depth + 1);
    const named = value.constructor?.name;
    if (depth > 4) return Array.isArray(value) ? '[Array]' : '[' + (named ?? 'Object') + ']';
    if (Array.isArray(value)) return '[' + value.map(child).join(', ') + ']';
    if (value instanceof Set) return 'Set(' + value.size + ') {' + [...value].map(child).join(', ') + '}';
    if (value instanceof Map) {
      const entries = [...value].map(([key, item]) => child(key) + ' => ' + child(item));
      return 'Map(' + value.size + ') {' + entries.join(', ') + '}';
    }
    if (value instanceof Promise) return 'Promise {}';
    const entries = Object.keys(value).map((key) => {
      return (/^[A-Za-z_$][\\w$]*$/.test(key) ? key : quote(key)) + ': ' + child(value[key]);
    });
    const body = entries.length === 0 ? '{}' : '{ ' + entries.join(', ') + ' }';
    return named === undefined || named === 'Object' ? body : named + ' ' + body;
  };
  const printer = (stream) => (...values) => {
    write(stream, values.map((value) => show(value, [], 0)).join(' ') + '\\n');
  };
  const out = printer('stdout');
  const error = printer('stderr');
  globalThis.console = { log: out, info: out, debug: out, error, warn: error, trace: error };

  const timers = new Map();
  let nextTimer = 1;
  const addTimer = (callback, delayMs, args, repeat) => {
    const id = nextTimer++;
    const wait = Math.max(1, Number(delayMs) || 0);
    timers.set(id, { callback, args, wait: repeat ? wait : undefined });
    startTimer(id, wait);
    return id;
  };
  globalThis.setTimeout = (callback, delayMs, ...args) => addTimer(callback, delayMs, args, false);
  globalThis.setInterval = (callback, delayMs, ...args) => addTimer(callback, delayMs, args, true);
  globalThis.clearTimeout = globalThis.clearInterval = (id) => void timers.delete(id);

  const leave = (code) => {
    exit(Number(code) || 0);
    // The host ends the program at the next interrupt, which no catch sees.
    for (;;);
  };
  globalThis.process = { argv: Object.freeze(argv), env: {}, platform: 'quickjs', exit: leave };

  return (id) => {
    const timer = timers.get(id);
    if (timer === undefined) return;
    if (timer.wait === undefined) timers.delete(id);
    else startTimer(id, timer.wait);
    timer.callback(...timer.args);
  };
})()`;
