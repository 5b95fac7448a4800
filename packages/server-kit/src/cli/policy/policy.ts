import { checkPolicies } from './check.ts';
import { explainDecision } from './explain.ts';
import { isUsageError, UsageError } from './usage-error.ts';

/** Where a command writes; each text ends its own lines. */
export interface CommandIo {
  out(text: string): void;
  err(text: string): void;
}

const help = `Usage:
  policy check <file|directory> …     checks policies as the server does when it starts
  policy explain [<file|directory> …] --action <operation> [facts]
                                      says how a request would be decided, and why

Both take the default policies along; --no-defaults leaves them out. A directory stands for the
*.cedar files in it.

Facts of the request to explain:
  --action ide_file_save   the operation
  --path src/a.py          what it acts on, inside the workspace; without it, the workspace itself
  --role developer         a role of the user; may be given several times
  --user ada               the user's id
  --assistant              the assistant asks, acting for that user
  --session s_1            the session
  --size 1024              bytes
  --language python        the language of the code
  --risk 40                what the scan made of it, 0 to 100
  --finding sql-injection  a rule of the scan that found something; may be given several times
  --directory              the path is a directory
  --recursive              the request asks for all that is below the path
  --approved               a person has approved exactly this request
  --json                   the answer for programs

Exit code: 0 when the policies are fine, whatever they decide; 1 when they are not, with a line for
each fault; 2 when the command cannot be understood.
`;

const commands = { check: checkPolicies, explain: explainDecision };

/**
 * The command `policy`: checks policies before they are deployed, and explains decisions.
 * @returns The exit code.
 */
export async function runPolicy(args: string[], io: CommandIo): Promise<number> {
  const [name = '', ...rest] = args;
  if (args.includes('--help') || args.includes('-h')) {
    io.out(help);
    return 0;
  }
  try {
    if (name !== 'check' && name !== 'explain') {
      throw new UsageError(name === '' ? 'check or explain?' : `There is no policy ${name}.`);
    }
    return await commands[name](rest, io);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    io.err(`${error.message}\nSee policy --help.\n`);
    return 2;
  }
}
