import type { Constant } from '../form/form.ts';
import type { Family } from '../languages.ts';

/** Longest text that an operation may make. */
const maxLength = 4096;

/** Computes an arithmetic operation on two constants; undefined where it has no plain result. */
export function foldBinary(
  operator: string,
  left: Constant,
  right: Constant,
  family: Family,
): Constant | undefined {
  if (typeof left === 'string' && typeof right === 'number' && operator === '*') {
    const fits = Number.isInteger(right) && right >= 0 && left.length * right <= maxLength;
    return fits && family === 'python' ? left.repeat(right) : undefined;
  }
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const result = arithmetic(operator, left, right, family);
  return result === undefined || Number.isNaN(result) ? undefined : result;
}

function arithmetic(
  operator: string,
  left: number,
  right: number,
  family: Family,
): number | undefined {
  switch (operator) {
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? undefined : left / right;
    case '//':
      return right === 0 ? undefined : Math.floor(left / right);
    case '%': {
      if (right === 0) return undefined;
      const remainder = left % right;
      // Python's remainder has the sign of the divisor.
      return family === 'python' && remainder !== 0 && remainder < 0 !== right < 0
        ? remainder + right
        : remainder;
    }
    case '**':
      return left ** right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    default:
      return undefined;
  }
}

/** Computes a comparison of two constants; undefined where the languages' rules are intricate. */
export function foldCompare(
  operator: string,
  left: Constant,
  right: Constant,
): boolean | undefined {
  const sameType = typeof left === typeof right;
  switch (operator) {
    case '==':
    case '===':
    case 'is':
      return sameType ? left === right : left === null || right === null ? false : undefined;
    case '!=':
    case '!==':
    case 'is not':
      return sameType ? left !== right : left === null || right === null ? true : undefined;
    case 'in':
    case 'not in': {
      if (typeof left !== 'string' || typeof right !== 'string') return undefined;
      return right.includes(left) === (operator === 'in');
    }
    default:
      break;
  }
  if (!sameType || left === null || right === null) return undefined;
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    default:
      return undefined;
  }
}

/** Whether a condition holds for a constant. An empty list is another matter. */
export function isTruthy(constant: Constant): boolean {
  return Boolean(constant);
}

/** One operation on every pair of alternatives; undefined where one of them has no plain result. */
export function foldAll(
  left: readonly Constant[] | undefined,
  right: readonly Constant[] | undefined,
  fold: (left: Constant, right: Constant) => Constant | undefined,
): Constant[] | undefined {
  if (left === undefined || right === undefined || left.length * right.length > 16)
    return undefined;
  const results = new Set<Constant>();
  for (const one of left) {
    for (const other of right) {
      const result = fold(one, other);
      if (result === undefined) return undefined;
      results.add(result);
    }
  }
  return results.size <= 8 ? [...results] : undefined;
}
