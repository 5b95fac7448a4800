import { KitError } from '../../errors.ts';
import { exportEntries } from './export.ts';
import { proveConsistency, proveEntry } from './prove.ts';
import { UsageError } from './arguments.ts';
import { verifyDirectory } from './verify.ts';

/** Where a command writes; each text ends its own lines. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

const help = `Usage:
  audit verify <dir> [--keys <file>] [--anchor <file>]… [--from <n>] [--json]
                           checks the whole log: signatures, order, checkpoint
  audit prove <dir> <verification id | index>
                           prints the proof that the log holds an entry, as audit_get answers
  audit consistency <dir> <old size> [<new size>]
                           prints the proof that the log continues its first <old size> entries
  audit export <dir> [--from <n>] [--to <n>]
                           prints entries, one envelope per line

None of them needs the private key or stops the server that writes the log.

Options:
  --keys <file>    JWKS with the keys to trust, as a server publishes it; it may be older than the log,
                   and each key counts for the entries that it says. Without it the one beside the
                   log is taken, which whoever forges the log can forge too
  --anchor <file>  a checkpoint that you kept; only anchors show that a whole log was set back or
                   written anew. May be given several times
  --from <n>       verify: the first entry whose signature is checked, if the checkpoint covers those
                   before it and nothing else is wrong; export: the first entry
  --to <n>         export: the last entry
  --json           the answer for programs

Entries are exported as the DSSE envelopes that they are. A JWS of an entry would need the private
key, because a JWS signature covers other bytes, so there is none.

Exit code: 0 clean; 1 tampered; 2 when the command cannot be understood or the log not be read;
3 when there is only an unfinished last line or an action without an end, as after a crash.
`;

const commands = {
  verify: verifyDirectory,
  prove: proveEntry,
  consistency: proveConsistency,
  export: exportEntries,
};

/**
 * The command `audit`: checks an audit log, and hands out proofs of it.
 *
 * @returns The exit code: 0 clean, 1 tampered, 2 usage or files, 3 warnings alone.
 */
export async function runAudit(args: string[], io: CommandIo): Promise<number> {
  const [name = '', ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) {
    io.out(help);
    return 0;
  }
  try {
    if (!isCommand(name)) {
      const text =
        name === '' ? 'verify, prove, consistency or export?' : `There is no audit ${name}.`;
      throw new UsageError(text);
    }
    return await commands[name](rest, io);
  } catch (error) {
    if (error instanceof UsageError) io.err(`${error.message}\n\n${help}`);
    else if (error instanceof KitError || isSystemError(error)) io.err(`${error.message}\n`);
    else throw error;
    return error instanceof KitError && error.code === 'AUDIT_TAMPERED' ? 1 : 2;
  }
}

function isCommand(name: string): name is keyof typeof commands {
  return Object.hasOwn(commands, name);
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
