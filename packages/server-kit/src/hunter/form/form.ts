/**
 * The intermediate form: one small tree for Python and JavaScript, over which constants are folded,
 * names resolved and taint followed. What has no meaning for that becomes `opaque`.
 */

/** A stretch of the file, in UTF-16 code units; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A value that is known from the text alone. `undefined` of JavaScript counts as null. */
export type Constant = string | number | boolean | null;

export interface LiteralForm extends Span {
  readonly kind: 'literal';
  readonly value: Constant;
}
export interface RegexForm extends Span {
  readonly kind: 'regex';
  readonly pattern: string;
}
/** An f-string or template literal: parts are joined as text. */
export interface TemplateForm extends Span {
  readonly kind: 'template';
  readonly parts: readonly Expression[];
}
export interface NameForm extends Span {
  readonly kind: 'name';
  readonly name: string;
}
export interface MemberForm extends Span {
  readonly kind: 'member';
  readonly object: Expression;
  readonly property: string;
  readonly propertySpan: Span;
}
export interface IndexForm extends Span {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}
export interface SliceForm extends Span {
  readonly kind: 'slice';
  readonly object: Expression;
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
}
export interface Argument extends Span {
  readonly name: string | undefined;
  readonly value: Expression;
  readonly spread: boolean;
}
export interface CallForm extends Span {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
  /** The arguments with their brackets. */
  readonly argumentsSpan: Span;
  readonly isNew: boolean;
}
/** An arithmetic operation of two operands, but for `+`. */
export interface BinaryForm extends Span {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}
/** A chain of `+`, kept flat because generated code chains thousands of them. */
export interface SumForm extends Span {
  readonly kind: 'sum';
  readonly operands: readonly Expression[];
}
export interface CompareForm extends Span {
  readonly kind: 'compare';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}
export interface LogicalForm extends Span {
  readonly kind: 'logical';
  readonly operator: 'and' | 'or' | 'nullish';
  readonly left: Expression;
  readonly right: Expression;
}
export interface UnaryForm extends Span {
  readonly kind: 'unary';
  readonly operator: string;
  readonly operand: Expression;
}
export interface ConditionalForm extends Span {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
}
export interface SequenceForm extends Span {
  readonly kind: 'sequence';
  readonly type: 'list' | 'tuple' | 'set';
  readonly elements: readonly Expression[];
}
export interface MappingEntry extends Span {
  /** Undefined for a spread. */
  readonly key: Expression | undefined;
  readonly value: Expression;
}
export interface MappingForm extends Span {
  readonly kind: 'mapping';
  readonly entries: readonly MappingEntry[];
}
export interface SpreadForm extends Span {
  readonly kind: 'spread';
  readonly operand: Expression;
}
export interface FunctionExpressionForm extends Span {
  readonly kind: 'function';
  readonly function: FunctionForm;
}
export interface AssignForm extends Span {
  readonly kind: 'assign';
  readonly target: Expression;
  /** `=`, or the operator of an augmented assignment as `+`. */
  readonly operator: string;
  readonly value: Expression;
  /** Whether the names are made in this scope, and not looked up in an outer one. */
  readonly declares: boolean;
}
export interface ComprehensionForm extends Span {
  readonly kind: 'comprehension';
  readonly clauses: readonly { readonly target: Expression; readonly iterable: Expression }[];
  readonly conditions: readonly Expression[];
  readonly element: Expression;
}
export interface CommaForm extends Span {
  readonly kind: 'comma';
  readonly expressions: readonly Expression[];
}
/** A JSX element. */
export interface ElementForm extends Span {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: readonly (Span & { readonly name: string; readonly value: Expression })[];
  readonly children: readonly Expression[];
}
export interface OpaqueForm extends Span {
  readonly kind: 'opaque';
  readonly children: readonly Expression[];
}

export type Expression =
  | LiteralForm
  | RegexForm
  | TemplateForm
  | NameForm
  | MemberForm
  | IndexForm
  | SliceForm
  | CallForm
  | BinaryForm
  | SumForm
  | CompareForm
  | LogicalForm
  | UnaryForm
  | ConditionalForm
  | SequenceForm
  | MappingForm
  | SpreadForm
  | FunctionExpressionForm
  | AssignForm
  | ComprehensionForm
  | CommaForm
  | ElementForm
  | OpaqueForm;

export interface Parameter extends Span {
  readonly target: Expression;
  /** Text of the type, without the colon. */
  readonly annotation: string | undefined;
  readonly fallback: Expression | undefined;
  readonly rest: boolean;
}

export interface FunctionForm extends Span {
  readonly name: string | undefined;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Expression[];
  readonly body: readonly Statement[];
  /** Names that the body shares with an outer scope and may change. */
  readonly shared: readonly string[];
}

export interface ExpressionStatement extends Span {
  readonly kind: 'expression';
  readonly expression: Expression;
}
export interface IfStatement extends Span {
  readonly kind: 'if';
  readonly test: Expression;
  readonly then: readonly Statement[];
  readonly otherwise: readonly Statement[];
}
export interface LoopStatement extends Span {
  readonly kind: 'loop';
  readonly target: Expression | undefined;
  readonly iterable: Expression | undefined;
  readonly test: Expression | undefined;
  readonly update: Expression | undefined;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}
export interface FunctionStatement extends Span {
  readonly kind: 'function';
  readonly function: FunctionForm;
}
export interface ClassStatement extends Span {
  readonly kind: 'class';
  readonly name: string | undefined;
  readonly bases: readonly Expression[];
  readonly body: readonly Statement[];
}
export interface ReturnStatement extends Span {
  readonly kind: 'return';
  readonly value: Expression | undefined;
}
export interface ThrowStatement extends Span {
  readonly kind: 'throw';
  readonly value: Expression | undefined;
}
export interface Handler extends Span {
  /** What is caught; undefined where everything is. */
  readonly type: Expression | undefined;
  readonly name: string | undefined;
  readonly body: readonly Statement[];
}
export interface TryStatement extends Span {
  readonly kind: 'try';
  readonly body: readonly Statement[];
  readonly handlers: readonly Handler[];
  readonly otherwise: readonly Statement[];
  readonly finalizer: readonly Statement[];
}
export interface ImportBinding {
  /** `*` where a module's names are all brought in. */
  readonly local: string;
  /** Dotted path from the module on, as `child_process.exec`. */
  readonly path: string;
}
export interface ImportStatement extends Span {
  readonly kind: 'import';
  readonly bindings: readonly ImportBinding[];
}
export interface SwitchStatement extends Span {
  readonly kind: 'switch';
  readonly subject: Expression;
  /** A case without tests is the default. */
  readonly cases: readonly (Span & {
    readonly tests: readonly Expression[] | undefined;
    readonly body: readonly Statement[];
  })[];
  readonly fallsThrough: boolean;
}
export interface BlockStatement extends Span {
  readonly kind: 'block';
  readonly body: readonly Statement[];
}
export interface JumpStatement extends Span {
  readonly kind: 'jump';
}
export interface AssertStatement extends Span {
  readonly kind: 'assert';
  readonly test: Expression;
}

export type Statement =
  | ExpressionStatement
  | IfStatement
  | LoopStatement
  | FunctionStatement
  | ClassStatement
  | ReturnStatement
  | ThrowStatement
  | TryStatement
  | ImportStatement
  | SwitchStatement
  | BlockStatement
  | JumpStatement
  | AssertStatement;

/** A file in the intermediate form. */
export interface Program {
  readonly body: readonly Statement[];
  /** Parts that are nested too deep to be analysed. */
  readonly cut: readonly Span[];
}
