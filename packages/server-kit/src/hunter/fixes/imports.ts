import type { Expression, Program, Statement } from '../form/form.ts';
import { visit } from '../form/visit.ts';
import type { Edit } from './edit.ts';

/**
 * The edit that imports Python modules, in one place and each once; none for those that are there.
 * Undefined where a name is already taken by something else.
 */
export function importEdits(
  modules: readonly string[],
  program: Program,
  content: string,
): readonly Edit[] | undefined {
  const wanted = [...new Set(modules)].sort();
  const missing = wanted.filter((name) => !isImported(name, program));
  if (missing.some((name) => isTaken(name, program))) return undefined;
  if (missing.length === 0) return [];
  const lineEnd = /\r\n|\n/.exec(content)?.[0] ?? '\n';
  const at = importPosition(program, content);
  const isOwnLine = at === 0 || /[\n\uFEFF]$/.test(content.slice(0, at));
  const text = missing.map((name) => `import ${name}${lineEnd}`).join('');
  return [{ start: at, end: at, text: isOwnLine ? text : lineEnd + text }];
}

function isImported(name: string, program: Program): boolean {
  return program.body.some(
    (statement) =>
      statement.kind === 'import' &&
      statement.bindings.some((binding) => binding.local === name && binding.path === name),
  );
}

function isTaken(name: string, program: Program): boolean {
  let taken = false;
  const names = (target: Expression): void => {
    if (target.kind === 'name' && target.name === name) taken = true;
    if (target.kind === 'sequence') target.elements.forEach(names);
  };
  visit(program, {
    statement(statement) {
      if (statement.kind === 'loop' && statement.target !== undefined) names(statement.target);
      if (statement.kind === 'class' && statement.name === name) taken = true;
      if (
        statement.kind === 'import' &&
        statement.bindings.some((one) => one.local === name && one.path !== name)
      ) {
        taken = true;
      }
    },
    expression(form) {
      if (form.kind === 'assign') names(form.target);
    },
    function(form) {
      if (form.name === name) taken = true;
      for (const parameter of form.parameters) names(parameter.target);
    },
  });
  return taken;
}

/** Before the first import, but after what must come first: the docstring and `__future__`. */
function importPosition(program: Program, content: string): number {
  const isFuture = (statement: Statement): boolean =>
    content.startsWith('from __future__', statement.start);
  const first = program.body.find((one) => one.kind === 'import' && !isFuture(one));
  if (first !== undefined) return first.start;
  const head = program.body.findLast(
    (one, index) => isFuture(one) || (index === 0 && isDocstring(one)),
  );
  if (head !== undefined) {
    const end = content.indexOf('\n', head.end);
    return end < 0 ? content.length : end + 1;
  }
  return program.body[0]?.start ?? (content.startsWith('\uFEFF') ? 1 : 0);
}

function isDocstring(statement: Statement): boolean {
  return (
    statement.kind === 'expression' &&
    statement.expression.kind === 'literal' &&
    typeof statement.expression.value === 'string'
  );
}
