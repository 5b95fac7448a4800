import { concatenate, constantValue, contentsOf, unknownValue, type Value } from './value.ts';

/** What the `%` operator of Python makes of a text. */
export function formatPercent(text: string, operand: Value): Value {
  const pieces: Value[] = [];
  let position = 0;
  let last = 0;
  for (const match of text.matchAll(/%(?:\((\w+)\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[a-zA-Z%]/g)) {
    pieces.push(constantValue(text.slice(last, match.index)));
    last = match.index + match[0].length;
    if (match[0].endsWith('%')) {
      pieces.push(constantValue('%'));
      continue;
    }
    const [, key] = match;
    const value =
      key === undefined
        ? elementAt(operand, position)
        : (operand.entries?.get(key) ?? operand.rest ?? operand);
    pieces.push(isNumberSpec(match[0]) ? asNumber(value) : value);
    position += 1;
  }
  pieces.push(constantValue(text.slice(last)));
  return concatenate(pieces);
}

/** What `str.format` makes of a text. */
export function formatBraces(
  text: string,
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
): Value {
  const pieces: Value[] = [];
  let position = 0;
  let last = 0;
  for (const match of text.matchAll(/\{\{|\}\}|\{([^{}!:]*)(?:![rsa])?(?::[^{}]*)?\}/g)) {
    pieces.push(constantValue(text.slice(last, match.index)));
    last = match.index + match[0].length;
    if (match[1] === undefined) {
      pieces.push(constantValue(match[0][0] ?? ''));
      continue;
    }
    const field = match[1].split(/[.[]/)[0] ?? '';
    const index = field === '' ? position : Number(field);
    position += 1;
    pieces.push((Number.isInteger(index) ? positional[index] : named.get(field)) ?? unknownValue);
  }
  pieces.push(constantValue(text.slice(last)));
  return concatenate(pieces);
}

/** What `join` makes of a separator and a list. */
export function joinTexts(separator: Value, list: Value): Value {
  const known = list.sequence;
  if (known !== undefined && known.length <= 64) {
    return concatenate(
      known.flatMap((element, index) => (index === 0 ? [element] : [separator, element])),
    );
  }
  const contents = contentsOf(list) ?? { ...list, constants: undefined };
  return concatenate([{ ...contents, constants: undefined, text: undefined }]);
}

function elementAt(operand: Value, position: number): Value {
  if (operand.sequence === undefined) return operand;
  return operand.sequence[position] ?? unknownValue;
}

/** `%d` refuses what is not a number. */
function isNumberSpec(spec: string): boolean {
  return /[dioxXeEfFgG]$/.test(spec);
}

function asNumber(value: Value): Value {
  return value.constants === undefined ? { taints: [], unknown: false } : value;
}
