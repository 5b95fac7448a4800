import { replace, type FixPlan } from '../fixes/edit.ts';
import type { CallFact } from '../flow/facts.ts';
import { textOf } from '../flow/value.ts';
import { judge, type Hits, type Rule, type RuleContext } from './rule.ts';
import { unusualImport } from './words.ts';

const python =
  /^(?:(?:builtins|__builtin__|six|six\.moves\.builtins)\.)?(?:eval|exec|execfile|exec_)$|^code\.Interactive(?:Interpreter|Console)\(\)\.(?:runsource|runcode|push)$/;
const javascript =
  /^(?:eval|Function|AsyncFunction|execScript|vm\.(?:runIn(?:New|This)?Context|compileFunction|Script)|module\._compile|indirectEval)$/;
const timers = /^(?:setTimeout|setInterval|setImmediate)$/;

/** Text that others decide is run as code. */
export const codeInjection: Rule = {
  id: 'code-injection',
  cwe: 'CWE-95',
  families: ['python', 'javascript'],
  needs: {
    python: [['eval', 'exec', 'compile', 'Interactive']],
    javascript: [
      [
        'eval',
        'Eval',
        'exec',
        'Function',
        'runIn',
        'compile',
        'Script',
        'setTimeout',
        'setInterval',
        'setImmediate',
      ],
    ],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const { path } = fact;
    const isTimer = context.family === 'javascript' && timers.test(path);
    const runsText = context.family === 'python' ? python.test(path) : javascript.test(path);
    const compiles = context.family === 'python' && path === 'compile';
    if (!isTimer && !runsText && !compiles) return undefined;
    // The last argument of Function is its body; the others name parameters.
    const argument = path.endsWith('Function') ? fact.arguments.at(-1) : fact.arguments[0];
    if (argument === undefined || argument.value.closure !== undefined) return undefined;
    const { value } = argument;
    const judged = judge(value, 'code', this.cwe);
    if (judged.evidence === 'constant' || judged.evidence === 'clean') return undefined;
    const shown = context.text(fact.form.callee);
    const message = `${shown} runs ${judged.who} as code: whoever decides it can do all that the program can. Parse the data instead.`;
    const isPlain = judged.evidence !== 'dynamic';
    // A timer usually gets a function; only text that is plainly built or sent is worth a word.
    if (isTimer && (value.text === undefined || !isPlain) && judged.evidence !== 'input')
      return undefined;
    if (compiles && judged.evidence !== 'input') return undefined;
    if (!isPlain)
      return { message, severity: 'medium', confidence: value.text === undefined ? 0.4 : 0.6 };
    const sure = judged.evidence === 'input' && judged.taint?.indirect === false;
    return {
      message,
      severity: isTimer ? 'high' : 'critical',
      confidence: isTimer && judged.evidence !== 'input' ? 0.6 : sure ? 0.95 : 0.85,
      fix: fixFor(fact, context),
    };
  },
};

function fixFor(fact: CallFact, context: RuleContext): FixPlan | undefined {
  if (fact.path !== 'eval' || fact.arguments.length !== 1 || fact.arguments[0]?.spread)
    return undefined;
  if (context.family === 'python') {
    return {
      tier: 'propose',
      description: 'Read a literal with ast.literal_eval instead of running it',
      edits: [replace(fact.form.callee, 'ast.literal_eval')],
      imports: ['ast'],
    };
  }
  return {
    tier: 'propose',
    description: 'Read the data with JSON.parse instead of running it',
    edits: [replace(fact.form.callee, 'JSON.parse')],
  };
}

/** A module chosen by others is loaded. */
export const dynamicImport: Rule = {
  id: 'dynamic-import',
  cwe: 'CWE-98',
  families: ['python', 'javascript'],
  needs: {
    python: [['__import__', 'importlib', 'runpy', 'load_source']],
    javascript: [[unusualImport]],
  },
  call(fact, context): Hits {
    const python =
      /^(?:__import__|importlib\.(?:import_module|__import__)|imp\.load_source|runpy\.run_(?:path|module))$/;
    const isImport =
      context.family === 'python'
        ? python.test(fact.path)
        : /^(?:require|import)$/.test(fact.path) && !fact.isLocal;
    const value = fact.arguments[0]?.value;
    if (!isImport || value === undefined) return undefined;
    const { evidence, who, severity } = judge(value, 'code', this.cwe);
    if (evidence !== 'input' && evidence !== 'local' && evidence !== 'unresolved') return undefined;
    // A fixed directory or package in front leaves little to choose.
    if (evidence !== 'input' && (textOf(value) ?? value.text ?? '').length > 1) return undefined;
    const confidence = evidence === 'input' ? 0.85 : 0.5;
    return {
      message: `The module to load is named by ${who}. Choose it from a fixed table.`,
      severity: evidence === 'input' ? severity : 'medium',
      confidence,
    };
  },
};
