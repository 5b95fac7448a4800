import { child, childOfType, childrenOf, parts, type SyntaxNode } from '../syntax/node.ts';
import { unescapeText } from './escapes.ts';
import type {
  Argument,
  Expression,
  FunctionForm,
  ImportBinding,
  MappingEntry,
  Parameter,
  Program,
  Span,
  Statement,
} from './form.ts';
import { numberOf } from './numbers.ts';
import { chainOf, maxDepth, maxNesting, opaque, recoveredParts, spanOf } from './lowering.ts';

/** Brings the syntax tree of a Python file into the intermediate form. */
export function lowerPython(root: SyntaxNode, source: string): Program {
  const textOf = (node: SyntaxNode): string => source.slice(node.start, node.end);
  const cut: Span[] = [];
  let depth = 0;
  let nesting = 0;

  return { body: block(root), cut };

  function block(node: SyntaxNode | undefined): Statement[] {
    if (node === undefined) return [];
    return recoveredParts(node).flatMap((part) => statement(part));
  }

  function statement(node: SyntaxNode): Statement[] {
    if (nesting >= maxNesting) {
      cut.push(spanOf(node));
      return [];
    }
    nesting += 1;
    try {
      return lowerStatement(node);
    } finally {
      nesting -= 1;
    }
  }

  function lowerStatement(node: SyntaxNode): Statement[] {
    const span = spanOf(node);
    switch (node.type) {
      case 'expression_statement': {
        const inner = parts(node);
        return inner.map((part) => ({
          kind: 'expression',
          ...spanOf(part),
          expression: expression(part),
        }));
      }
      case 'if_statement':
        return [ifStatement(node)];
      case 'for_statement':
      case 'while_statement': {
        const target = child(node, 'left');
        return [
          {
            kind: 'loop',
            ...span,
            target: target && expression(target),
            iterable: optional(child(node, 'right')),
            test: optional(child(node, 'condition')),
            update: undefined,
            body: block(child(node, 'body')),
            otherwise: block(alternativeBody(node)),
          },
        ];
      }
      case 'try_statement':
        return [tryStatement(node)];
      case 'with_statement':
        return withStatement(node);
      case 'function_definition':
        return [{ kind: 'function', ...span, function: functionForm(node, []) }];
      case 'class_definition':
        return [classStatement(node)];
      case 'decorated_definition': {
        const decorators = node.children
          .filter((part) => part.type === 'decorator')
          .flatMap((part) => parts(part).map((inner) => expression(inner)));
        const definition = child(node, 'definition');
        if (definition?.type === 'function_definition') {
          return [{ kind: 'function', ...span, function: functionForm(definition, decorators) }];
        }
        return definition === undefined ? [] : statement(definition);
      }
      case 'return_statement':
        return [{ kind: 'return', ...span, value: optional(parts(node)[0]) }];
      case 'raise_statement':
        return [{ kind: 'throw', ...span, value: optional(parts(node)[0]) }];
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
        return [{ kind: 'import', ...span, bindings: importBindings(node) }];
      case 'match_statement':
        return [matchStatement(node)];
      case 'break_statement':
      case 'continue_statement':
        return [{ kind: 'jump', ...span }];
      case 'assert_statement': {
        const test = parts(node)[0];
        return test === undefined ? [] : [{ kind: 'assert', ...span, test: expression(test) }];
      }
      case 'exec_statement': {
        // Python 2 spells a call of exec as a statement.
        const code = child(node, 'code');
        if (code === undefined) return [];
        const callee: Expression = {
          kind: 'name',
          name: 'exec',
          start: node.start,
          end: node.start + 4,
        };
        const value = expression(code);
        return [
          {
            kind: 'expression',
            ...span,
            expression: {
              kind: 'call',
              ...span,
              callee,
              arguments: [{ ...spanOf(code), name: undefined, value, spread: false }],
              argumentsSpan: spanOf(code),
              isNew: false,
            },
          },
        ];
      }
      case 'print_statement':
      case 'delete_statement':
        return parts(node).map((part) => ({
          kind: 'expression',
          ...spanOf(part),
          expression: expression(part),
        }));
      case 'block':
        return block(node);
      case 'pass_statement':
      case 'global_statement':
      case 'nonlocal_statement':
      case 'type_alias_statement':
        return [];
      default:
        return [{ kind: 'expression', ...span, expression: expression(node) }];
    }
  }

  function ifStatement(node: SyntaxNode): Statement {
    const alternatives = node.children.filter((part) => part.field === 'alternative');
    cut.push(...alternatives.slice(maxNesting).map((alternative) => spanOf(alternative)));
    const rest = alternatives
      .slice(0, maxNesting)
      .reduceRight<Statement[]>((otherwise, alternative) => {
        if (alternative.type === 'else_clause') return block(child(alternative, 'body'));
        return [conditional(alternative, otherwise)];
      }, []);
    return conditional(node, rest);
  }

  function conditional(node: SyntaxNode, otherwise: readonly Statement[]): Statement {
    const test = child(node, 'condition');
    return {
      kind: 'if',
      ...spanOf(node),
      test: test === undefined ? opaque(node) : expression(test),
      then: block(child(node, 'consequence')),
      otherwise,
    };
  }

  function alternativeBody(node: SyntaxNode): SyntaxNode | undefined {
    const clause = childOfType(node, 'else_clause');
    return clause && child(clause, 'body');
  }

  function tryStatement(node: SyntaxNode): Statement {
    const handlers = node.children
      .filter((part) => part.type === 'except_clause' || part.type === 'except_group_clause')
      .map((part) => {
        const type = child(part, 'value') ?? parts(part).find((inner) => inner.type !== 'block');
        const isAlias = type?.type === 'as_pattern';
        const alias = isAlias ? child(type, 'alias') : child(part, 'alias');
        const caught = isAlias ? parts(type)[0] : type;
        return {
          ...spanOf(part),
          type: optional(caught),
          name: alias && textOf(alias),
          body: block(childOfType(part, 'block')),
        };
      });
    const finalizer = childOfType(node, 'finally_clause');
    return {
      kind: 'try',
      ...spanOf(node),
      body: block(child(node, 'body')),
      handlers,
      otherwise: block(alternativeBody(node)),
      finalizer: finalizer === undefined ? [] : block(childOfType(finalizer, 'block')),
    };
  }

  function withStatement(node: SyntaxNode): Statement[] {
    const clause = childOfType(node, 'with_clause');
    const items = clause === undefined ? [] : parts(clause);
    const opened = items.map((item): Statement => {
      const value = child(item, 'value') ?? item;
      return { kind: 'expression', ...spanOf(item), expression: expression(value) };
    });
    return [
      ...opened,
      { kind: 'block', ...spanOf(child(node, 'body') ?? node), body: block(child(node, 'body')) },
    ];
  }

  function classStatement(node: SyntaxNode): Statement {
    const name = child(node, 'name');
    const bases = child(node, 'superclasses');
    return {
      kind: 'class',
      ...spanOf(node),
      name: name && textOf(name),
      bases: bases === undefined ? [] : argumentList(bases).map((argument) => argument.value),
      body: block(child(node, 'body')),
    };
  }

  function matchStatement(node: SyntaxNode): Statement {
    const subject = child(node, 'subject');
    const body = child(node, 'body');
    const cases = (body === undefined ? [] : parts(body))
      .filter((part) => part.type === 'case_clause')
      .map((part) => {
        const patterns = part.children.filter((inner) => inner.type === 'case_pattern');
        const guarded = child(part, 'guard') !== undefined;
        const wildcard = patterns.length === 1 && textOf(patterns[0] ?? part).trim() === '_';
        const tests = patterns.flatMap((pattern) => alternativesOf(pattern));
        return {
          ...spanOf(part),
          tests: wildcard && !guarded ? undefined : tests.map((test) => expression(test)),
          body: block(child(part, 'consequence')),
        };
      });
    return {
      kind: 'switch',
      ...spanOf(node),
      subject: subject === undefined ? opaque(node) : expression(subject),
      cases,
      fallsThrough: false,
    };
  }

  function alternativesOf(pattern: SyntaxNode): SyntaxNode[] {
    if (pattern.type !== 'case_pattern' && pattern.type !== 'union_pattern') return [pattern];
    return parts(pattern).flatMap((part) => alternativesOf(part));
  }

  function importBindings(node: SyntaxNode): ImportBinding[] {
    const module = child(node, 'module_name');
    const prefix = module === undefined ? '' : textOf(module).replaceAll(/\s/g, '');
    if (childOfType(node, 'wildcard_import') !== undefined) return [{ local: '*', path: prefix }];
    return childrenOf(node, 'name').map((part) => {
      const aliased = part.type === 'aliased_import';
      const name = textOf(aliased ? (child(part, 'name') ?? part) : part);
      const alias = aliased ? child(part, 'alias') : undefined;
      const path =
        prefix === '' ? name : prefix.endsWith('.') ? prefix + name : `${prefix}.${name}`;
      if (alias !== undefined) return { local: textOf(alias), path };
      if (prefix !== '') return { local: name, path };
      // `import a.b` binds `a`, through which `a.b` is then reached.
      const first = name.split('.')[0] ?? name;
      return { local: first, path: first };
    });
  }

  function functionForm(node: SyntaxNode, decorators: readonly Expression[]): FunctionForm {
    const name = child(node, 'name');
    const list = child(node, 'parameters');
    const body = child(node, 'body');
    const isLambda = node.type === 'lambda';
    return {
      ...spanOf(node),
      name: name && textOf(name),
      parameters: list === undefined ? [] : parts(list).flatMap((part) => parameter(part)),
      decorators,
      body:
        isLambda && body !== undefined
          ? [{ kind: 'return', ...spanOf(body), value: expression(body) }]
          : block(body),
      shared: body === undefined || isLambda ? [] : sharedNames(body),
    };
  }

  function sharedNames(node: SyntaxNode): string[] {
    if (node.type === 'global_statement' || node.type === 'nonlocal_statement') {
      return parts(node).map((part) => textOf(part));
    }
    if (node.type === 'function_definition' || node.type === 'class_definition') return [];
    return node.children.flatMap((part) => sharedNames(part));
  }

  function parameter(node: SyntaxNode): Parameter[] {
    const span = spanOf(node);
    const annotation = child(node, 'type');
    const rest = /splat/.test(node.type) || /splat/.test(node.children[0]?.type ?? '');
    const name = node.type === 'identifier' ? node : (child(node, 'name') ?? firstIdentifier(node));
    if (name === undefined) return [];
    return [
      {
        ...span,
        target: { kind: 'name', ...spanOf(name), name: textOf(name) },
        annotation: annotation && textOf(annotation),
        fallback: optional(child(node, 'value')),
        rest,
      },
    ];
  }

  function firstIdentifier(node: SyntaxNode): SyntaxNode | undefined {
    for (const part of node.children) {
      const found = part.type === 'identifier' ? part : firstIdentifier(part);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  function optional(node: SyntaxNode | undefined): Expression | undefined {
    return node && expression(node);
  }

  function expression(node: SyntaxNode): Expression {
    if (depth >= maxDepth) {
      cut.push(spanOf(node));
      return opaque(node);
    }
    depth += 1;
    try {
      return lower(node);
    } finally {
      depth -= 1;
    }
  }

  function all(node: SyntaxNode): Expression[] {
    return parts(node).map((part) => expression(part));
  }

  function lower(node: SyntaxNode): Expression {
    const span = spanOf(node);
    switch (node.type) {
      case 'identifier':
        return { kind: 'name', ...span, name: textOf(node) };
      case 'string':
        return stringForm(node);
      case 'concatenated_string': {
        const pieces = all(node);
        return { kind: 'template', ...span, parts: pieces };
      }
      case 'integer':
      case 'float':
        return { kind: 'literal', ...span, value: numberOf(textOf(node)) };
      case 'true':
      case 'false':
        return { kind: 'literal', ...span, value: node.type === 'true' };
      case 'none':
        return { kind: 'literal', ...span, value: null };
      case 'parenthesized_expression': {
        const inner = parts(node);
        const only = inner[0];
        return inner.length === 1 && only !== undefined
          ? expression(only)
          : opaque(node, all(node));
      }
      case 'await':
      case 'type':
      case 'yield': {
        const inner = parts(node)[0];
        return inner === undefined ? opaque(node) : expression(inner);
      }
      case 'attribute': {
        const object = child(node, 'object');
        const property = child(node, 'attribute');
        if (object === undefined || property === undefined) return opaque(node);
        return {
          kind: 'member',
          ...span,
          object: expression(object),
          property: textOf(property),
          propertySpan: spanOf(property),
        };
      }
      case 'subscript': {
        const object = child(node, 'value');
        const indexes = childrenOf(node, 'subscript');
        const first = indexes[0];
        if (object === undefined || first === undefined) return opaque(node);
        if (indexes.length > 1) {
          return opaque(node, [expression(object), ...indexes.map((index) => expression(index))]);
        }
        if (first.type === 'slice') return sliceForm(node, object, first);
        return { kind: 'index', ...span, object: expression(object), index: expression(first) };
      }
      case 'call': {
        const callee = child(node, 'function');
        const list = child(node, 'arguments');
        if (callee === undefined || list === undefined) return opaque(node, all(node));
        return {
          kind: 'call',
          ...span,
          callee: expression(callee),
          arguments: argumentList(list),
          argumentsSpan: spanOf(list),
          isNew: false,
        };
      }
      case 'binary_operator': {
        const chain = chainOf(node, 'binary_operator', source);
        if (chain.length > 1) {
          return { kind: 'sum', ...span, operands: chain.map((operand) => expression(operand)) };
        }
        return binary(node, 'binary');
      }
      case 'comparison_operator':
        return comparison(node);
      case 'boolean_operator': {
        const [left, right] = [child(node, 'left'), child(node, 'right')];
        const operator = child(node, 'operator');
        if (left === undefined || right === undefined) return opaque(node, all(node));
        return {
          kind: 'logical',
          ...span,
          operator: operator?.type === 'or' ? 'or' : 'and',
          left: expression(left),
          right: expression(right),
        };
      }
      case 'not_operator':
      case 'unary_operator': {
        const operand = child(node, 'argument');
        const operator = child(node, 'operator');
        if (operand === undefined) return opaque(node);
        return {
          kind: 'unary',
          ...span,
          operator:
            node.type === 'not_operator' ? 'not' : operator === undefined ? '' : textOf(operator),
          operand: expression(operand),
        };
      }
      case 'conditional_expression': {
        const [then, test, otherwise] = parts(node);
        if (then === undefined || test === undefined || otherwise === undefined) {
          return opaque(node, all(node));
        }
        return {
          kind: 'conditional',
          ...span,
          test: expression(test),
          then: expression(then),
          otherwise: expression(otherwise),
        };
      }
      case 'list':
      case 'list_pattern':
        return { kind: 'sequence', ...span, type: 'list', elements: all(node) };
      case 'tuple':
      case 'tuple_pattern':
      case 'pattern_list':
      case 'expression_list':
        return { kind: 'sequence', ...span, type: 'tuple', elements: all(node) };
      case 'set':
        return { kind: 'sequence', ...span, type: 'set', elements: all(node) };
      case 'dictionary':
        return { kind: 'mapping', ...span, entries: parts(node).flatMap((part) => entry(part)) };
      case 'list_splat':
      case 'dictionary_splat':
      case 'list_splat_pattern':
      case 'dictionary_splat_pattern': {
        const operand = parts(node)[0];
        return operand === undefined
          ? opaque(node)
          : { kind: 'spread', ...span, operand: expression(operand) };
      }
      case 'lambda':
        return { kind: 'function', ...span, function: functionForm(node, []) };
      case 'assignment': {
        const [target, value] = [child(node, 'left'), child(node, 'right')];
        if (target === undefined || value === undefined) return opaque(node);
        return assignment(node, target, '=', value);
      }
      case 'augmented_assignment': {
        const [target, value] = [child(node, 'left'), child(node, 'right')];
        const operator = child(node, 'operator');
        if (target === undefined || value === undefined) return opaque(node);
        return assignment(
          node,
          target,
          operator === undefined ? '=' : textOf(operator).slice(0, -1),
          value,
        );
      }
      case 'named_expression': {
        const [target, value] = [child(node, 'name'), child(node, 'value')];
        if (target === undefined || value === undefined) return opaque(node);
        return assignment(node, target, '=', value);
      }
      case 'as_pattern': {
        const [value, alias] = [parts(node)[0], child(node, 'alias')];
        const target = alias && parts(alias)[0];
        if (value === undefined || target === undefined) return opaque(node);
        return assignment(node, target, '=', value);
      }
      case 'list_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension':
        return comprehension(node);
      case 'pair': {
        const [key, value] = [child(node, 'key'), child(node, 'value')];
        return opaque(
          node,
          [key, value].flatMap((part) => (part === undefined ? [] : [expression(part)])),
        );
      }
      default:
        return opaque(node, all(node));
    }
  }

  function binary(node: SyntaxNode, kind: 'binary' | 'compare'): Expression {
    const [left, right] = [child(node, 'left'), child(node, 'right')];
    const operator = child(node, 'operator');
    if (left === undefined || right === undefined || operator === undefined) {
      return opaque(node, all(node));
    }
    return {
      kind,
      ...spanOf(node),
      operator: textOf(operator),
      left: expression(left),
      right: expression(right),
    };
  }

  function comparison(node: SyntaxNode): Expression {
    const operands = parts(node).filter((part) => part.field !== 'operators');
    const operators = node.children.filter((part) => part.field === 'operators');
    const links = operators.flatMap((operator, index): Expression[] => {
      const [left, right] = [operands[index], operands[index + 1]];
      if (left === undefined || right === undefined) return [];
      return [
        {
          kind: 'compare',
          start: left.start,
          end: right.end,
          operator: operator.type,
          left: expression(left),
          right: expression(right),
        },
      ];
    });
    const first = links[0];
    if (first === undefined) return opaque(node, all(node));
    return links
      .slice(1)
      .reduce<Expression>(
        (left, right) => ({ kind: 'logical', ...spanOf(node), operator: 'and', left, right }),
        first,
      );
  }

  function assignment(
    node: SyntaxNode,
    target: SyntaxNode,
    operator: string,
    value: SyntaxNode,
  ): Expression {
    return {
      kind: 'assign',
      ...spanOf(node),
      target: expression(target),
      operator,
      value: expression(value),
      declares: true,
    };
  }

  function sliceForm(node: SyntaxNode, object: SyntaxNode, slice: SyntaxNode): Expression {
    const text = textOf(slice);
    const bounds = parts(slice);
    // A step or a colon inside a bound makes the order of the bounds uncertain.
    if (text.split(':').length !== 2) return opaque(node, [expression(object)]);
    const colon = slice.start + text.indexOf(':');
    const from = bounds.find((bound) => bound.end <= colon);
    const to = bounds.find((bound) => bound.start > colon);
    return {
      kind: 'slice',
      ...spanOf(node),
      object: expression(object),
      from: optional(from),
      to: optional(to),
    };
  }

  function comprehension(node: SyntaxNode): Expression {
    const body = child(node, 'body');
    const clauses = node.children
      .filter((part) => part.type === 'for_in_clause')
      .flatMap((part) => {
        const [target, iterable] = [child(part, 'left'), child(part, 'right')];
        if (target === undefined || iterable === undefined) return [];
        return [{ target: expression(target), iterable: expression(iterable) }];
      });
    const conditions = node.children
      .filter((part) => part.type === 'if_clause')
      .flatMap((part) => all(part));
    return {
      kind: 'comprehension',
      ...spanOf(node),
      clauses,
      conditions,
      element: body === undefined ? opaque(node) : expression(body),
    };
  }

  function entry(node: SyntaxNode): MappingEntry[] {
    if (node.type === 'pair') {
      const [key, value] = [child(node, 'key'), child(node, 'value')];
      if (key === undefined || value === undefined) return [];
      return [{ ...spanOf(node), key: expression(key), value: expression(value) }];
    }
    const inner = parts(node)[0];
    return inner === undefined
      ? []
      : [{ ...spanOf(node), key: undefined, value: expression(inner) }];
  }

  function argumentList(node: SyntaxNode): Argument[] {
    // `f(x for x in y)` has the generator in place of the brackets.
    if (node.type === 'generator_expression') {
      return [{ ...spanOf(node), name: undefined, value: expression(node), spread: false }];
    }
    return recoveredParts(node).map((part) => {
      const [name, value] = [child(part, 'name'), child(part, 'value')];
      if (part.type === 'keyword_argument' && name !== undefined && value !== undefined) {
        return { ...spanOf(part), name: textOf(name), value: expression(value), spread: false };
      }
      const inner = parts(part)[0];
      if (/splat$/.test(part.type) && inner !== undefined) {
        return { ...spanOf(part), name: undefined, value: expression(inner), spread: true };
      }
      return { ...spanOf(part), name: undefined, value: expression(part), spread: false };
    });
  }

  function stringForm(node: SyntaxNode): Expression {
    const opening = childOfType(node, 'string_start');
    const raw = opening !== undefined && /r/i.test(textOf(opening));
    const pieces: Expression[] = parts(node).flatMap((part): Expression[] => {
      if (part.type === 'string_content') {
        const text = textOf(part);
        const formatted = opening !== undefined && /f/i.test(textOf(opening));
        const plain = formatted ? text.replaceAll('{{', '{').replaceAll('}}', '}') : text;
        return [{ kind: 'literal', ...spanOf(part), value: raw ? plain : unescapeText(plain) }];
      }
      if (part.type === 'interpolation') {
        const inner = child(part, 'expression') ?? parts(part)[0];
        return inner === undefined ? [] : [expression(inner)];
      }
      return [];
    });
    const first = pieces[0];
    if (first === undefined) return { kind: 'literal', ...spanOf(node), value: '' };
    if (pieces.length === 1 && first.kind === 'literal') return { ...first, ...spanOf(node) };
    return { kind: 'template', ...spanOf(node), parts: pieces };
  }
}
