import { codeDirectory } from './places.ts';

/** What an interpreter that was started ahead is told to run. */
export interface WarmOrder {
  /** Absolute path of the program inside the sandbox. */
  file: string;
  args: readonly string[];
  /** Variables that only become known with the program. */
  environment: Readonly<Record<string, string>>;
}

/**
 * Python that waits for a {@link WarmOrder} on a socket, answers there that it has begun, and then
 * behaves as if it had been started with that program: same `__main__`, same search path, same
 * traceback.
 */
export const pythonWarmUp = (descriptor: number): string => `def wait():
    import json, os

    text = b""
    while piece := os.read(${descriptor}, 65536):
        text += piece
    order = json.loads(text)
    os.write(${descriptor}, b"begun")
    os.close(${descriptor})
    return order


def begin(order):
    import os, sys
    from importlib.machinery import SourceFileLoader

    file = order["file"]
    os.environ.update(order["environment"])
    paths = order["environment"].get("PYTHONPATH", "").split(":")
    sys.path[0:1] = ["${codeDirectory}", *filter(None, paths)]
    sys.argv[:] = [file, *order["args"]]
    sys.orig_argv[:] = [sys.executable, *sys.argv]
    main = sys.modules["__main__"].__dict__
    for name in [name for name in main if not name.startswith("__")]:
        del main[name]
    main.update(__file__=file, __cached__=None, __loader__=SourceFileLoader("__main__", file))
    failure = None
    try:
        with open(file, "rb") as source:
            code = compile(source.read(), file, "exec", dont_inherit=True)
        exec(code, main)
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:
        failure = error.with_traceback(error.__traceback__.tb_next)
    if failure is not None:
        sys.excepthook(type(failure), failure, failure.__traceback__)
        sys.exit(1)


begin(wait())
`;

/** The same for Node. The program begins on a stack of its own, so that no trace shows this one. */
export const nodeWarmUp = (descriptor: number): string => `'use strict';
const { closeSync, readFileSync, writeSync } = require('node:fs');
const Module = require('node:module');
const order = JSON.parse(readFileSync(${descriptor}, 'utf8'));
writeSync(${descriptor}, 'begun');
closeSync(${descriptor});
Object.assign(process.env, order.environment);
process.argv.splice(1, process.argv.length, order.file, ...order.args);
Module._initPaths();
delete require.cache[__filename];
setImmediate(Module.runMain);
`;
