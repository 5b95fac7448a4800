import type { Expression, FunctionForm, Program, Span, Statement } from './form.ts';

/** What {@link visit} tells of; each is called before what lies within. */
export interface Visitor {
  statements?(list: readonly Statement[], within: FunctionForm | undefined): void;
  statement?(statement: Statement, within: FunctionForm | undefined): void;
  expression?(expression: Expression, within: FunctionForm | undefined): void;
  function?(form: FunctionForm): void;
}

/** Walks a whole program in the order of its text. */
export function visit(program: Program, visitor: Visitor): void {
  list(program.body, undefined);

  function list(statements: readonly Statement[], within: FunctionForm | undefined): void {
    visitor.statements?.(statements, within);
    for (const statement of statements) one(statement, within);
  }

  function one(statement: Statement, within: FunctionForm | undefined): void {
    visitor.statement?.(statement, within);
    const look = (form: Expression | undefined): void => expression(form, within);
    switch (statement.kind) {
      case 'expression':
        return look(statement.expression);
      case 'if':
        look(statement.test);
        list(statement.then, within);
        return list(statement.otherwise, within);
      case 'loop':
        for (const form of [
          statement.target,
          statement.iterable,
          statement.test,
          statement.update,
        ]) {
          look(form);
        }
        list(statement.body, within);
        return list(statement.otherwise, within);
      case 'function':
        return functionForm(statement.function, within);
      case 'class':
        statement.bases.forEach(look);
        return list(statement.body, within);
      case 'return':
      case 'throw':
        return look(statement.value);
      case 'try':
        list(statement.body, within);
        for (const handler of statement.handlers) {
          look(handler.type);
          list(handler.body, within);
        }
        list(statement.otherwise, within);
        return list(statement.finalizer, within);
      case 'switch':
        look(statement.subject);
        for (const choice of statement.cases) {
          choice.tests?.forEach(look);
          list(choice.body, within);
        }
        return undefined;
      case 'block':
        return list(statement.body, within);
      case 'assert':
        return look(statement.test);
      case 'import':
      case 'jump':
        return undefined;
    }
  }

  function functionForm(form: FunctionForm, within: FunctionForm | undefined): void {
    visitor.function?.(form);
    for (const decorator of form.decorators) expression(decorator, within);
    for (const { fallback, target } of form.parameters) {
      expression(target, form);
      expression(fallback, form);
    }
    list(form.body, form);
  }

  function expression(form: Expression | undefined, within: FunctionForm | undefined): void {
    if (form === undefined) return;
    visitor.expression?.(form, within);
    if (form.kind === 'function') functionForm(form.function, within);
    else for (const part of partsOf(form)) expression(part, within);
  }
}

/** The expressions directly within an expression. */
export function partsOf(form: Expression): readonly (Expression | undefined)[] {
  switch (form.kind) {
    case 'literal':
    case 'regex':
    case 'name':
    case 'function':
      return [];
    case 'template':
      return form.parts;
    case 'member':
      return [form.object];
    case 'index':
      return [form.object, form.index];
    case 'slice':
      return [form.object, form.from, form.to];
    case 'call':
      return [form.callee, ...form.arguments.map((argument) => argument.value)];
    case 'binary':
    case 'compare':
    case 'logical':
      return [form.left, form.right];
    case 'sum':
      return form.operands;
    case 'unary':
    case 'spread':
      return [form.operand];
    case 'conditional':
      return [form.test, form.then, form.otherwise];
    case 'sequence':
      return form.elements;
    case 'mapping':
      return form.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'assign':
      return [form.target, form.value];
    case 'comprehension':
      return [
        ...form.clauses.flatMap((clause) => [clause.target, clause.iterable]),
        ...form.conditions,
        form.element,
      ];
    case 'comma':
      return form.expressions;
    case 'element':
      return [...form.attributes.map((attribute) => attribute.value), ...form.children];
    case 'opaque':
      return form.children;
  }
}

/** Functions of a program with their names, outermost first. */
export function functionsOf(program: Program): (Span & { readonly name: string })[] {
  const found: (Span & { readonly name: string })[] = [];
  visit(program, {
    function: (form) => found.push({ start: form.start, end: form.end, name: form.name ?? '' }),
  });
  return found;
}
