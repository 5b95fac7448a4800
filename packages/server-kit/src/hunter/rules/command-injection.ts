import { replace, removeArgument, type Edit, type FixPlan } from '../fixes/edit.ts';
import { piecesOf } from '../fixes/pieces.ts';
import { argumentOf, optionOf, type ArgumentFact, type CallFact } from '../flow/facts.ts';
import { constantOf, textOf, type Value } from '../flow/value.ts';
import { judge, type Hit, type Hits, type Rule, type RuleContext } from './rule.ts';

/** Calls that hand their first argument to a shell. */
const pythonShell =
  /^(?:os\.(?:system|popen[234]?)|posix\.system|commands\.(?:getoutput|getstatusoutput)|subprocess\.(?:getoutput|getstatusoutput)|popen2\.popen[234]|popen2\.Popen[34]|asyncio\.create_subprocess_shell|asyncio\.subprocess\.create_subprocess_shell|pexpect\.(?:spawn|run)|platform\.popen)$/;
const pythonProgram =
  /^(?:subprocess\.(?:run|call|check_call|check_output|Popen)|asyncio\.create_subprocess_exec|os\.(?:exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?|startfile)|pty\.spawn)$/;
const javascriptShell =
  /^(?:(?:child_process|childProcess|cp)\.exec(?:Sync)?|child_process\.default\.exec(?:Sync)?|shelljs\.exec|shell\.exec|execa\.command(?:Sync)?|execaCommand(?:Sync)?|execa\.execaCommand(?:Sync)?|ssh2\.Client\(\)\.exec)$/;
const javascriptProgram =
  /^(?:child_process\.(?:spawn|spawnSync|execFile|execFileSync|fork)|execa|execa\.execa|cross-spawn)$/;

const shellName = /(?:^|[\\/])(?:ba|z|da|k)?sh$|cmd(?:\.exe)?$|powershell/i;

/** Text that others decide becomes part of a command. */
export const commandInjection: Rule = {
  id: 'command-injection',
  cwe: 'CWE-78',
  families: ['python', 'javascript'],
  needs: {
    python: [
      [
        'system',
        'popen',
        'Popen',
        'subprocess',
        'getoutput',
        'getstatusoutput',
        'pexpect',
        'exec',
        'spawn',
        'startfile',
      ],
    ],
    javascript: [['exec', 'spawn', 'fork']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const isPython = context.family === 'python';
    const runsShell = isPython
      ? pythonShell.test(fact.path) || /\.exec_command$/.test(fact.path)
      : javascriptShell.test(fact.path);
    const runsProgram = (isPython ? pythonProgram : javascriptProgram).test(fact.path);
    const command = argumentOf(fact, 0, 'args', 'cmd', 'command');
    if ((!runsShell && !runsProgram) || command === undefined) return undefined;
    if (runsShell) return shellHit(command, fact, context);
    const shell = isPython ? argumentOf(fact, undefined, 'shell')?.value : optionOf(fact, 'shell');
    const option = shell && constantOf(shell);
    if (shell !== undefined && option !== false && option !== null && option !== 0) {
      const values = isPython ? command : { ...command, value: joined(fact) };
      return shellHit(values, fact, context);
    }
    return programHit(fact, command, context);
  },
};

/** Command and arguments together are what a shell is given. */
function joined(fact: CallFact): Value {
  const [program, list] = fact.arguments;
  const unknown = { taints: [], unknown: true };
  return {
    taints: [],
    unknown: false,
    sequence: [program?.value ?? unknown, list?.value ?? unknown],
  };
}

function shellHit(command: ArgumentFact, fact: CallFact, context: RuleContext): Hit | undefined {
  const shown = context.text(fact.form.callee);
  const { evidence, who, severity, confidence } = judge(command.value, 'command', 'CWE-78');
  const message = `${shown} gives ${who} to a shell, where \`;\` and \`$( )\` start further commands. Run the program with a list of arguments and no shell.`;
  const option = context.family === 'python' ? argumentOf(fact, undefined, 'shell') : undefined;
  const fix = option && listFix(command, option, fact, context);
  switch (evidence) {
    case 'input':
      return { message, severity, confidence, fix };
    case 'local':
      return { message, severity: 'high', confidence, fix };
    case 'unresolved':
      return { message, severity: 'high', confidence: 0.7, fix };
    case 'argument':
      return {
        message,
        severity: 'medium',
        confidence: command.value.text === undefined ? 0.5 : 0.65,
        fix,
      };
    case 'dynamic':
      return command.value.text === undefined
        ? { message, severity: 'low', confidence: 0.4, fix }
        : { message, severity: 'medium', confidence: 0.5, fix };
    case 'clean':
      return undefined;
    case 'constant':
      if (option === undefined) return undefined;
      return {
        message: `${shown} starts a shell for a fixed command; without shell=True nothing can slip in later.`,
        severity: 'low',
        confidence: 0.6,
        fix,
      };
  }
}

function programHit(fact: CallFact, command: ArgumentFact, context: RuleContext): Hit | undefined {
  const parts = [...(command.value.sequence ?? [command.value])];
  const rest = fact.arguments.slice(1).flatMap(({ value }) => value.sequence ?? []);
  const words = [...parts, ...rest];
  const program = textOf(words[0]);
  // `sh -c` makes a shell of any program runner.
  const startsShell =
    program !== undefined &&
    shellName.test(program) &&
    words.some((word) => /^[-/][cC]/.test(textOf(word) ?? ''));
  const risky = startsShell ? words.at(-1) : words[0];
  if (risky === undefined) return undefined;
  const { evidence, who, severity } = judge(risky, 'command', 'CWE-78');
  const shown = context.text(fact.form.callee);
  if (startsShell && evidence !== 'clean' && evidence !== 'constant' && evidence !== 'dynamic') {
    return {
      message: `${shown} gives ${who} to a shell through -c. Call the program itself with a list of arguments.`,
      severity: evidence === 'input' ? severity : 'medium',
      confidence: evidence === 'input' ? 0.9 : 0.55,
    };
  }
  if (evidence !== 'input' || startsShell) return undefined;
  return {
    message: `${shown} runs a program that is named by ${who}. Choose it from a fixed list.`,
    severity: 'high',
    confidence: 0.85,
  };
}

/** A command without shell syntax is the same as the list of its words, where values are whole words. */
function wordsOf(command: ArgumentFact, context: RuleContext): string[] | undefined {
  const { form } = command;
  const fixed =
    form.kind === 'literal' && typeof form.value === 'string' ? [form.value] : undefined;
  const pieces = fixed ?? piecesOf(form, context.source);
  if (pieces === undefined || typeof pieces[0] !== 'string') return undefined;
  const words: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece !== 'string') {
      words.push(context.text(piece));
      continue;
    }
    const isPlain = /^[\w./:=@,+ -]*$/.test(piece);
    const startsApart = index === 0 || piece === '' || piece.startsWith(' ');
    const endsApart = index === pieces.length - 1 || piece.endsWith(' ');
    if (!isPlain || !startsApart || !endsApart) return undefined;
    words.push(
      ...piece
        .split(/ +/)
        .filter((word) => word !== '')
        .map((word) => `'${word}'`),
    );
  }
  return words;
}

/** Starts the program itself, with its words as a list. */
function listFix(
  command: ArgumentFact,
  option: ArgumentFact,
  fact: CallFact,
  context: RuleContext,
): FixPlan | undefined {
  if (constantOf(option.value) !== true) return undefined;
  const words = wordsOf(command, context);
  if (words === undefined) return undefined;
  const removal = removeArgument(fact, fact.arguments.indexOf(option), context.source);
  if (removal === undefined) return undefined;
  const edits: Edit[] = [replace(command.form, `[${words.join(', ')}]`), removal];
  return { tier: 'propose', description: 'Pass the command as a list and start no shell', edits };
}
