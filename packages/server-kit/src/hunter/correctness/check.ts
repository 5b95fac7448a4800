import type { Alert } from '@ide-assistant/sdk/protocol';
import type { Finding } from '../finding.ts';
import type { Expression, FunctionForm, Program, Span, Statement } from '../form/form.ts';
import { visit } from '../form/visit.ts';
import type { Family } from '../languages.ts';
import type { SyntaxProblem } from '../syntax/node.ts';

/** More syntax errors than this say no more. */
const maxSyntaxErrors = 20;

/** Finds what is wrong with a program as such, whoever uses it. */
export function checkCorrectness(
  program: Program,
  problems: readonly SyntaxProblem[],
  source: string,
  family: Family,
): Finding[] {
  const findings: Finding[] = [];
  const add = (
    rule: string,
    at: Span,
    message: string,
    severity: Alert['severity'],
    confidence: number,
  ): void => {
    findings.push({
      rule,
      message,
      severity,
      confidence,
      cwe: undefined,
      fix: undefined,
      start: at.start,
      end: at.end,
    });
  };

  for (const problem of problems.slice(0, maxSyntaxErrors)) {
    const what =
      problem.missing === undefined
        ? 'This does not follow the grammar of the language.'
        : `A \`${problem.missing}\` is missing here.`;
    add('syntax-error', problem, what, 'medium', 0.9);
  }
  for (const part of program.cut.slice(0, maxSyntaxErrors)) {
    add('nested-too-deep', part, 'This is nested so deep that it was not analysed.', 'medium', 1);
  }
  visit(program, {
    statements: (list) => unreachable(list),
    statement: (statement) => {
      if (statement.kind === 'try') swallowed(statement);
      if (statement.kind === 'if') assigned(statement.test);
      if (statement.kind === 'assert') assertedTuple(statement.test);
    },
    function: (form) => mutableDefaults(form),
    expression: (form) => {
      if (form.kind === 'compare') compared(form);
      if (form.kind === 'mapping') duplicated(form);
    },
  });
  return findings;

  function unreachable(list: readonly Statement[]): void {
    const end = list.findIndex((one) => /^(?:return|throw|jump)$/.test(one.kind));
    // Functions are made before anything runs, so they may stand after a return.
    const next = end < 0 ? undefined : list.slice(end + 1).find((one) => one.kind !== 'function');
    if (next === undefined || isDeclarationOnly(next)) return;
    add(
      'unreachable-code',
      next,
      'This is never reached: what stands above always leaves.',
      'low',
      0.9,
    );
  }

  function swallowed(statement: Statement & { kind: 'try' }): void {
    for (const handler of statement.handlers) {
      const type =
        handler.type === undefined ? '' : source.slice(handler.type.start, handler.type.end);
      const catchesAll = family === 'javascript' || /^(?:|Exception|BaseException)$/.test(type);
      const hasComment = /#|\/\/|\/\*/.test(source.slice(handler.start, handler.end));
      if (
        !catchesAll ||
        handler.body.some((one) => !isIdle(one)) ||
        (family === 'javascript' && hasComment)
      )
        continue;
      const message =
        family === 'python' && type === ''
          ? 'This hides every failure, also an interrupt. Name what may fail, and handle or log it.'
          : 'This hides every failure. Handle it, log it, or say in a comment why it may be ignored.';
      add('swallowed-exception', handler, message, 'low', 0.8);
    }
  }

  function assigned(test: Expression): void {
    if (family !== 'javascript' || test.kind !== 'assign' || test.operator !== '=') return;
    // A second pair of brackets says that it is meant.
    if (/\(\s*\($/.test(source.slice(0, test.start).trimEnd())) return;
    add(
      'assignment-in-condition',
      test,
      'This assigns where a comparison is expected. Use `===`, or put it before the condition.',
      'medium',
      0.8,
    );
  }

  function assertedTuple(test: Expression): void {
    if (test.kind !== 'sequence' || test.type !== 'tuple' || test.elements.length === 0) return;
    add(
      'assert-on-tuple',
      test,
      'A tuple is always true, so this checks nothing. Take the brackets away.',
      'medium',
      0.95,
    );
  }

  function mutableDefaults(form: FunctionForm): void {
    if (family !== 'python') return;
    for (const { fallback } of form.parameters) {
      if (fallback === undefined || !isMutable(fallback)) continue;
      add(
        'mutable-default',
        fallback,
        'The default is made once and shared by all calls. Use None, and make it in the function.',
        'medium',
        0.8,
      );
    }
  }

  function compared(form: Expression & { kind: 'compare' }): void {
    const [left, right] = [form.left, form.right].map((side) => source.slice(side.start, side.end));
    const isPlain = form.left.kind === 'name' || form.left.kind === 'member';
    // `x != x` is how NaN is found.
    const isNanTest = /^!==?$/.test(form.operator);
    if (isPlain && left === right && !isNanTest) {
      add(
        'self-comparison',
        form,
        'Both sides are the same, so the outcome is always the same.',
        'medium',
        0.85,
      );
    }
    if (
      family === 'javascript' &&
      [left, right].some((side) => side === 'NaN') &&
      /^[!=]==?$/.test(form.operator)
    ) {
      add(
        'nan-comparison',
        form,
        'Nothing is equal to NaN, not even NaN. Use Number.isNaN.',
        'medium',
        0.95,
      );
    }
    const isIdentity = form.operator === 'is' || form.operator === 'is not';
    const isValue = [form.left, form.right].some(
      (side) => side.kind === 'literal' && side.value !== null && typeof side.value !== 'boolean',
    );
    if (isIdentity && isValue) {
      add(
        'identity-of-literal',
        form,
        'This asks for the same object, which equal values need not be. Use `==`.',
        'medium',
        0.9,
      );
    }
  }

  function duplicated(form: Expression & { kind: 'mapping' }): void {
    const seen = new Set<unknown>();
    for (const entry of form.entries) {
      if (entry.key?.kind !== 'literal') continue;
      const key = `${typeof entry.key.value}:${String(entry.key.value)}`;
      const isAccessor = /^(?:get|set|static)\s/.test(source.slice(entry.start, entry.end));
      if (seen.has(key) && !isAccessor) {
        add(
          'duplicate-key',
          entry,
          'The same key was given before; only this value stays.',
          'medium',
          0.9,
        );
      }
      seen.add(key);
    }
  }
}

function isIdle(statement: Statement): boolean {
  if (statement.kind === 'jump') return true;
  return statement.kind === 'expression' && statement.expression.kind === 'literal';
}

/** `var x;` takes effect wherever it stands. */
function isDeclarationOnly(statement: Statement): boolean {
  return (
    statement.kind === 'expression' &&
    statement.expression.kind === 'assign' &&
    statement.expression.value.start === statement.expression.value.end
  );
}

function isMutable(form: Expression): boolean {
  if (form.kind === 'mapping' || form.kind === 'comprehension') return true;
  if (form.kind === 'sequence') return form.type !== 'tuple';
  return (
    form.kind === 'call' &&
    form.callee.kind === 'name' &&
    /^(?:list|dict|set|bytearray)$/.test(form.callee.name)
  );
}
