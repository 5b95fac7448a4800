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
import { chainOf, maxDepth, maxNesting, opaque, recoveredParts, spanOf } from './lowering.ts';
import { numberOf } from './numbers.ts';

/** Nodes that only wrap one expression for the type checker or the event loop. */
const wrappers = new Set([
  'await_expression',
  'as_expression',
  'satisfies_expression',
  'non_null_expression',
  'type_assertion',
  'yield_expression',
  'computed_property_name',
  'export_specifier',
]);

const functionTypes = new Set([
  'function_declaration',
  'generator_function_declaration',
  'function_expression',
  'generator_function',
  'arrow_function',
  'method_definition',
]);

/** Brings the syntax tree of a JavaScript or TypeScript file into the intermediate form. */
export function lowerJavascript(root: SyntaxNode, source: string): Program {
  const textOf = (node: SyntaxNode): string => source.slice(node.start, node.end);
  const cut: Span[] = [];
  let depth = 0;
  let nesting = 0;

  return { body: block(root), cut };

  function block(node: SyntaxNode | undefined): Statement[] {
    if (node === undefined) return [];
    if (node.type !== 'program' && node.type !== 'statement_block' && node.type !== 'else_clause') {
      return statement(node);
    }
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
      case 'expression_statement':
        return parts(node).map((part) => ({
          kind: 'expression',
          ...spanOf(part),
          expression: expression(part),
        }));
      case 'lexical_declaration':
      case 'variable_declaration':
        return parts(node).flatMap((part) => declarator(part));
      case 'if_statement': {
        const test = child(node, 'condition');
        return [
          {
            kind: 'if',
            ...span,
            test: test === undefined ? opaque(node) : expression(test),
            then: block(child(node, 'consequence')),
            otherwise: block(child(node, 'alternative')),
          },
        ];
      }
      case 'for_in_statement': {
        const target = child(node, 'left');
        const iterable = child(node, 'right');
        const overKeys = child(node, 'operator')?.type === 'in';
        const over = iterable && expression(iterable);
        return [
          {
            kind: 'loop',
            ...span,
            target: target && expression(target),
            iterable: over && overKeys ? opaque(over, [over]) : over,
            test: undefined,
            update: undefined,
            body: block(child(node, 'body')),
            otherwise: [],
          },
        ];
      }
      case 'for_statement':
      case 'while_statement':
      case 'do_statement': {
        const initializer = child(node, 'initializer');
        const test = childrenOf(node, 'condition').find((part) => part.type !== 'empty_statement');
        const update = child(node, 'increment');
        return [
          ...(initializer === undefined || initializer.type === 'empty_statement'
            ? []
            : statement(initializer)),
          {
            kind: 'loop',
            ...span,
            target: undefined,
            iterable: undefined,
            test: node.type === 'do_statement' ? undefined : optional(test),
            update: optional(update),
            body: block(child(node, 'body')),
            otherwise: [],
          },
        ];
      }
      case 'try_statement': {
        const handler = child(node, 'handler');
        const parameter = handler && child(handler, 'parameter');
        const finalizer = child(node, 'finalizer');
        return [
          {
            kind: 'try',
            ...span,
            body: block(child(node, 'body')),
            handlers:
              handler === undefined
                ? []
                : [
                    {
                      ...spanOf(handler),
                      type: undefined,
                      name: parameter && textOf(parameter),
                      body: block(child(handler, 'body')),
                    },
                  ],
            otherwise: [],
            finalizer: finalizer === undefined ? [] : block(child(finalizer, 'body')),
          },
        ];
      }
      case 'switch_statement':
        return [switchStatement(node)];
      case 'function_declaration':
      case 'generator_function_declaration':
        return [{ kind: 'function', ...span, function: functionForm(node) }];
      case 'class_declaration':
      case 'abstract_class_declaration':
        return [classStatement(node)];
      case 'return_statement':
        return [{ kind: 'return', ...span, value: optional(parts(node)[0]) }];
      case 'throw_statement':
        return [{ kind: 'throw', ...span, value: optional(parts(node)[0]) }];
      case 'break_statement':
      case 'continue_statement':
        return [{ kind: 'jump', ...span }];
      case 'import_statement':
        return [{ kind: 'import', ...span, bindings: importBindings(node) }];
      case 'export_statement': {
        const inner = child(node, 'declaration') ?? child(node, 'value');
        return inner === undefined ? [] : statement(inner);
      }
      case 'labeled_statement':
        return block(child(node, 'body'));
      case 'statement_block':
        return [{ kind: 'block', ...span, body: block(node) }];
      case 'empty_statement':
      case 'debugger_statement':
      case 'interface_declaration':
      case 'type_alias_declaration':
      case 'enum_declaration':
      case 'ambient_declaration':
      case 'hash_bang_line':
        return [];
      default:
        return [{ kind: 'expression', ...span, expression: expression(node) }];
    }
  }

  function declarator(node: SyntaxNode): Statement[] {
    const [target, value] = [child(node, 'name'), child(node, 'value')];
    if (node.type !== 'variable_declarator' || target === undefined) return [];
    const span = spanOf(node);
    return [
      {
        kind: 'expression',
        ...span,
        expression: {
          kind: 'assign',
          ...span,
          target: expression(target),
          operator: '=',
          value:
            value === undefined
              ? { kind: 'literal', start: node.end, end: node.end, value: null }
              : expression(value),
          declares: true,
        },
      },
    ];
  }

  function switchStatement(node: SyntaxNode): Statement {
    const subject = child(node, 'value');
    const body = child(node, 'body');
    return {
      kind: 'switch',
      ...spanOf(node),
      subject: subject === undefined ? opaque(node) : expression(subject),
      cases: (body === undefined ? [] : parts(body)).map((part) => {
        const test = child(part, 'value');
        return {
          ...spanOf(part),
          tests:
            part.type === 'switch_default'
              ? undefined
              : test === undefined
                ? []
                : [expression(test)],
          body: childrenOf(part, 'body').flatMap((inner) => block(inner)),
        };
      }),
      fallsThrough: true,
    };
  }

  function classStatement(node: SyntaxNode): Statement & { kind: 'class' } {
    const name = child(node, 'name');
    const body = child(node, 'body');
    return {
      kind: 'class',
      ...spanOf(node),
      name: name && textOf(name),
      bases: [],
      body: (body === undefined ? [] : parts(body)).flatMap((part): Statement[] => {
        if (part.type === 'method_definition') {
          return [{ kind: 'function', ...spanOf(part), function: functionForm(part) }];
        }
        const [field, value] = [
          child(part, 'name') ?? child(part, 'property'),
          child(part, 'value'),
        ];
        if (field === undefined || value === undefined) return [];
        return [
          {
            kind: 'expression',
            ...spanOf(part),
            expression: {
              kind: 'assign',
              ...spanOf(part),
              target: { kind: 'name', ...spanOf(field), name: textOf(field) },
              operator: '=',
              value: expression(value),
              declares: true,
            },
          },
        ];
      }),
    };
  }

  function importBindings(node: SyntaxNode): ImportBinding[] {
    const required = childOfType(node, 'import_require_clause');
    const from = child(required ?? node, 'source');
    if (from === undefined) return [];
    const module = moduleName(stringValue(from));
    if (required !== undefined) {
      const local = childOfType(required, 'identifier');
      return local === undefined ? [] : [{ local: textOf(local), path: module }];
    }
    const clause = childOfType(node, 'import_clause');
    return (clause === undefined ? [] : parts(clause)).flatMap((part): ImportBinding[] => {
      if (part.type === 'identifier') return [{ local: textOf(part), path: module }];
      if (part.type === 'namespace_import') {
        const local = parts(part)[0];
        return local === undefined ? [] : [{ local: textOf(local), path: module }];
      }
      return parts(part).flatMap((specifier) => {
        const name = child(specifier, 'name');
        if (name === undefined) return [];
        const imported = textOf(name);
        const local = textOf(child(specifier, 'alias') ?? name);
        return [{ local, path: imported === 'default' ? module : `${module}.${imported}` }];
      });
    });
  }

  function functionForm(node: SyntaxNode): FunctionForm {
    const name = child(node, 'name');
    const single = child(node, 'parameter');
    const list = child(node, 'parameters');
    const body = child(node, 'body');
    const isBlock = body?.type === 'statement_block';
    const parameters = single === undefined ? (list === undefined ? [] : parts(list)) : [single];
    return {
      ...spanOf(node),
      name: name && textOf(name),
      parameters: parameters.flatMap((part) => parameter(part)),
      decorators: [],
      body:
        body === undefined
          ? []
          : isBlock
            ? block(body)
            : [{ kind: 'return', ...spanOf(body), value: expression(body) }],
      shared: [],
    };
  }

  function parameter(node: SyntaxNode): Parameter[] {
    if (node.type === 'decorator') return [];
    const pattern = child(node, 'pattern') ?? child(node, 'left') ?? node;
    const value = child(node, 'value') ?? child(node, 'right');
    const annotation = child(node, 'type');
    const rest = pattern.type === 'rest_pattern';
    const inner = rest ? (parts(pattern)[0] ?? pattern) : pattern;
    return [
      {
        ...spanOf(node),
        target: expression(inner),
        annotation: annotation && textOf(annotation).replace(/^:\s*/, ''),
        fallback: optional(value),
        rest,
      },
    ];
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
    if (wrappers.has(node.type)) {
      const inner = node.type === 'type_assertion' ? parts(node).at(-1) : parts(node)[0];
      return inner === undefined ? opaque(node) : expression(inner);
    }
    if (functionTypes.has(node.type)) {
      return { kind: 'function', ...span, function: functionForm(node) };
    }
    switch (node.type) {
      case 'identifier':
      case 'this':
      case 'super':
      case 'import':
      case 'property_identifier':
      case 'private_property_identifier':
      case 'shorthand_property_identifier':
      case 'shorthand_property_identifier_pattern':
        return { kind: 'name', ...span, name: textOf(node) };
      case 'undefined':
      case 'null':
        return { kind: 'literal', ...span, value: null };
      case 'true':
      case 'false':
        return { kind: 'literal', ...span, value: node.type === 'true' };
      case 'number':
        return { kind: 'literal', ...span, value: numberOf(textOf(node)) };
      case 'string':
        return { kind: 'literal', ...span, value: stringValue(node) };
      case 'template_string':
        return templateForm(node);
      case 'regex': {
        const pattern = child(node, 'pattern');
        return { kind: 'regex', ...span, pattern: pattern === undefined ? '' : textOf(pattern) };
      }
      case 'parenthesized_expression': {
        const inner = parts(node)[0];
        return inner === undefined ? opaque(node) : expression(inner);
      }
      case 'sequence_expression':
        return { kind: 'comma', ...span, expressions: all(node) };
      case 'member_expression': {
        const [object, property] = [child(node, 'object'), child(node, 'property')];
        if (object === undefined || property === undefined) return opaque(node, all(node));
        return {
          kind: 'member',
          ...span,
          object: expression(object),
          property: textOf(property),
          propertySpan: spanOf(property),
        };
      }
      case 'meta_property':
        return {
          kind: 'member',
          ...span,
          object: { kind: 'name', ...span, name: 'import' },
          property: 'meta',
          propertySpan: span,
        };
      case 'subscript_expression': {
        const [object, index] = [child(node, 'object'), child(node, 'index')];
        if (object === undefined || index === undefined) return opaque(node, all(node));
        return { kind: 'index', ...span, object: expression(object), index: expression(index) };
      }
      case 'call_expression':
      case 'new_expression':
        return callForm(node);
      case 'binary_expression':
        return binaryForm(node);
      case 'unary_expression': {
        const [operand, operator] = [child(node, 'argument'), child(node, 'operator')];
        if (operand === undefined || operator === undefined) return opaque(node, all(node));
        const sign = textOf(operator);
        if (sign === 'void') return opaque(node, [expression(operand)]);
        return {
          kind: 'unary',
          ...span,
          operator: sign === '!' ? 'not' : sign,
          operand: expression(operand),
        };
      }
      case 'ternary_expression': {
        const [test, then] = [child(node, 'condition'), child(node, 'consequence')];
        const otherwise = child(node, 'alternative');
        if (test === undefined || then === undefined || otherwise === undefined) {
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
      case 'array':
      case 'array_pattern':
        return { kind: 'sequence', ...span, type: 'list', elements: elements(node) };
      case 'object':
      case 'object_pattern':
        return { kind: 'mapping', ...span, entries: parts(node).flatMap((part) => entry(part)) };
      case 'spread_element':
      case 'rest_pattern': {
        const inner = parts(node)[0];
        return inner === undefined
          ? opaque(node)
          : { kind: 'spread', ...span, operand: expression(inner) };
      }
      case 'assignment_expression':
      case 'augmented_assignment_expression':
      case 'assignment_pattern':
      case 'object_assignment_pattern':
        return assignForm(node);
      case 'update_expression': {
        const operand = child(node, 'argument');
        if (operand === undefined) return opaque(node);
        return {
          kind: 'assign',
          ...span,
          target: expression(operand),
          operator: textOf(node).includes('++') ? '+' : '-',
          value: { kind: 'literal', ...span, value: 1 },
          declares: false,
        };
      }
      case 'class': {
        const { body } = classStatement(node);
        return opaque(
          node,
          body.flatMap((part) =>
            part.kind === 'function'
              ? [{ kind: 'function' as const, ...spanOf(part), function: part.function }]
              : [],
          ),
        );
      }
      case 'jsx_element':
      case 'jsx_self_closing_element':
        return elementForm(node);
      case 'jsx_expression': {
        const inner = parts(node)[0];
        return inner === undefined ? opaque(node) : expression(inner);
      }
      case 'jsx_text':
        return { kind: 'literal', ...span, value: textOf(node) };
      case 'type_annotation':
      case 'type_arguments':
      case 'type_parameters':
        return opaque(node);
      default:
        return opaque(node, all(node));
    }
  }

  /** Holes of an array pattern count, so that later names keep their position. */
  function elements(node: SyntaxNode): Expression[] {
    const result: Expression[] = [];
    let position = node.start + 1;
    for (const part of parts(node)) {
      const commas = textOf(node).slice(position - node.start, part.start - node.start);
      const skipped = commas.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '').split(',').length - 1;
      const holes = Math.max(0, result.length === 0 ? skipped : skipped - 1);
      for (let hole = 0; hole < holes; hole += 1) result.push(opaque(part));
      result.push(expression(part));
      position = part.end;
    }
    return result;
  }

  function callForm(node: SyntaxNode): Expression {
    const callee = child(node, 'function') ?? child(node, 'constructor');
    const list = child(node, 'arguments');
    if (callee === undefined) return opaque(node, all(node));
    const end = { start: node.end, end: node.end };
    if (list?.type === 'template_string') {
      const template = templateForm(list);
      return {
        kind: 'call',
        ...spanOf(node),
        callee: expression(callee),
        // A tag receives the pieces apart, so it is not handed one joined text.
        arguments:
          template.kind === 'template'
            ? template.parts.map((part) => ({
                ...spanOf(part),
                name: undefined,
                value: part,
                spread: false,
              }))
            : [],
        argumentsSpan: spanOf(list),
        isNew: false,
      };
    }
    return {
      kind: 'call',
      ...spanOf(node),
      callee: expression(callee),
      arguments: list === undefined ? [] : argumentList(list),
      argumentsSpan: list === undefined ? end : spanOf(list),
      isNew: node.type === 'new_expression',
    };
  }

  function argumentList(node: SyntaxNode): Argument[] {
    return recoveredParts(node).map((part) => {
      const inner = parts(part)[0];
      if (part.type === 'spread_element' && inner !== undefined) {
        return { ...spanOf(part), name: undefined, value: expression(inner), spread: true };
      }
      return { ...spanOf(part), name: undefined, value: expression(part), spread: false };
    });
  }

  function binaryForm(node: SyntaxNode): Expression {
    const span = spanOf(node);
    const chain = chainOf(node, 'binary_expression', source);
    if (chain.length > 1) {
      return { kind: 'sum', ...span, operands: chain.map((operand) => expression(operand)) };
    }
    const [left, right] = [child(node, 'left'), child(node, 'right')];
    const operator = child(node, 'operator');
    if (left === undefined || right === undefined || operator === undefined) {
      return opaque(node, all(node));
    }
    const sign = textOf(operator);
    const operands = { left: expression(left), right: expression(right) };
    if (sign === '&&') return { kind: 'logical', ...span, operator: 'and', ...operands };
    if (sign === '||') return { kind: 'logical', ...span, operator: 'or', ...operands };
    if (sign === '??') return { kind: 'logical', ...span, operator: 'nullish', ...operands };
    const compares = /^(?:[=!]==?|[<>]=?|in|instanceof)$/.test(sign);
    return compares
      ? { kind: 'compare', ...span, operator: sign, ...operands }
      : { kind: 'binary', ...span, operator: sign, ...operands };
  }

  function assignForm(node: SyntaxNode): Expression {
    const [target, value] = [child(node, 'left'), child(node, 'right')];
    if (target === undefined || value === undefined) return opaque(node, all(node));
    const operator = child(node, 'operator');
    return {
      kind: 'assign',
      ...spanOf(node),
      target: expression(target),
      operator: operator === undefined ? '=' : textOf(operator).slice(0, -1),
      value: expression(value),
      declares: false,
    };
  }

  function entry(node: SyntaxNode): MappingEntry[] {
    const span = spanOf(node);
    switch (node.type) {
      case 'pair':
      case 'pair_pattern': {
        const [key, value] = [child(node, 'key'), child(node, 'value')];
        if (key === undefined || value === undefined) return [];
        return [{ ...span, key: keyForm(key), value: expression(value) }];
      }
      case 'shorthand_property_identifier':
      case 'shorthand_property_identifier_pattern':
        return [{ ...span, key: keyForm(node), value: expression(node) }];
      case 'object_assignment_pattern': {
        const left = child(node, 'left');
        return left === undefined ? [] : [{ ...span, key: keyForm(left), value: expression(node) }];
      }
      case 'method_definition': {
        const name = child(node, 'name');
        return name === undefined ? [] : [{ ...span, key: keyForm(name), value: expression(node) }];
      }
      case 'spread_element':
      case 'rest_pattern': {
        const inner = parts(node)[0];
        return inner === undefined ? [] : [{ ...span, key: undefined, value: expression(inner) }];
      }
      default:
        return [];
    }
  }

  function keyForm(node: SyntaxNode): Expression {
    if (
      node.type === 'computed_property_name' ||
      node.type === 'string' ||
      node.type === 'number'
    ) {
      return expression(node);
    }
    return { kind: 'literal', ...spanOf(node), value: textOf(node) };
  }

  function elementForm(node: SyntaxNode): Expression {
    const opening = child(node, 'open_tag') ?? node;
    const name = child(opening, 'name');
    const attributes = childrenOf(opening, 'attribute').flatMap((part) => {
      if (part.type !== 'jsx_attribute') return [];
      const [key, value] = parts(part);
      if (key === undefined) return [];
      const form: Expression =
        value === undefined ? { kind: 'literal', ...spanOf(key), value: true } : expression(value);
      return [{ ...spanOf(part), name: textOf(key), value: form }];
    });
    const inner =
      node.type === 'jsx_element'
        ? parts(node).filter((part) => part.field !== 'open_tag' && part.field !== 'close_tag')
        : [];
    return {
      kind: 'element',
      ...spanOf(node),
      name: name === undefined ? '' : textOf(name),
      attributes,
      children: inner.map((part) => expression(part)),
    };
  }

  function templateForm(node: SyntaxNode): Expression {
    const pieces = parts(node).flatMap((part): Expression[] => {
      if (part.type === 'template_substitution') {
        const inner = parts(part)[0];
        return inner === undefined ? [] : [expression(inner)];
      }
      return [{ kind: 'literal', ...spanOf(part), value: unescapeText(textOf(part)) }];
    });
    const first = pieces[0];
    if (first === undefined) return { kind: 'literal', ...spanOf(node), value: '' };
    if (pieces.every((piece) => piece.kind === 'literal')) {
      const value = pieces.map((piece) => piece.value).join('');
      return { kind: 'literal', ...spanOf(node), value };
    }
    return { kind: 'template', ...spanOf(node), parts: pieces };
  }

  function stringValue(node: SyntaxNode): string {
    return unescapeText(textOf(node).slice(1, -1));
  }
}

/** The name under which a module is known to the rules: `node:fs/promises` and `fs` are one. */
export function moduleName(specifier: string): string {
  return specifier.replace(/^node:/, '').replace(/^fs\/promises$/, 'fs');
}
