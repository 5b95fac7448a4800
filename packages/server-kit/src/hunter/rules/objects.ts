import { argumentOf } from '../flow/facts.ts';
import { constantOf } from '../flow/value.ts';
import { hitFor, judge, type Hits, type Rule } from './rule.ts';
import { inputWords } from './words.ts';

/** A client names the property that is written, `__proto__` too. */
export const prototypePollution: Rule = {
  id: 'prototype-pollution',
  cwe: 'CWE-1321',
  families: ['javascript'],
  needs: {
    javascript: [
      ['merge', 'defaultsDeep', 'set', 'zipObjectDeep', 'extend'],
      inputWords.javascript,
    ],
  },
  call(fact): Hits {
    const merges =
      /^(?:lodash|_|underscore)\.(?:merge|mergeWith|defaultsDeep|set|setWith|zipObjectDeep)$|^(?:\$|jQuery)\.extend$|^(?:deepmerge|merge-deep|deep-extend|extend|merge)$|^lodash\.(?:merge|defaultsDeep|set)$/;
    if (fact.isLocal || !merges.test(fact.path)) return undefined;
    const isShallow =
      /extend$/.test(fact.path) &&
      /^(?:\$|jQuery)/.test(fact.path) &&
      constantOf(fact.arguments[0]?.value ?? { taints: [], unknown: true }) !== true;
    if (isShallow) return undefined;
    const candidates = /\.set(?:With)?$/.test(fact.path)
      ? fact.arguments.slice(1, 2)
      : fact.arguments.slice(1);
    for (const { value } of candidates) {
      const hit = hitFor(value, 'code', this.cwe, explain, ['input']);
      if (hit !== undefined) return { ...hit, confidence: Math.min(hit.confidence, 0.75) };
    }
    return undefined;
  },
};

/** An element is written under a key that others decide. */
export const unsafeKey: Rule = {
  id: 'unsafe-key',
  cwe: 'CWE-915',
  families: ['javascript'],
  needs: {
    javascript: [[/(?:req|request|ctx)\.(?:query|body|params)/]],
  },
  assign(fact, context): Hits {
    const { target } = fact.form;
    if (context.family !== 'javascript' || target.kind !== 'index' || fact.name !== '')
      return undefined;
    const key = context.text(target.index);
    const isInput = /^(?:req|request|ctx)\.(?:query|body|params)\b/.test(key);
    return isInput
      ? { message: explain(`input from outside (${key})`), severity: 'medium', confidence: 0.7 }
      : undefined;
  },
};

function explain(who: string): string {
  return `The key or the merged object is ${who}, and \`__proto__\` in it changes every object. Allow known keys only, or use a Map.`;
}

/** A pattern that others decide, or one that takes exponential time. */
export const unsafePattern: Rule = {
  id: 'unsafe-pattern',
  cwe: 'CWE-1333',
  families: ['python', 'javascript'],
  needs: {
    python: [[/\bre\b/]],
    javascript: [['RegExp', ')+', ')*']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const compiles =
      context.family === 'python'
        ? /^re\.(?:compile|match|search|fullmatch|sub|findall|split|finditer)$/.test(fact.path)
        : fact.path === 'RegExp';
    const argument = argumentOf(fact, 0, 'pattern');
    const written = [fact.receiverForm, ...fact.arguments.map(({ form }) => form)];
    if (written.some((form) => form?.kind === 'regex' && isExponential(form.pattern))) return slow;
    if (!compiles || argument === undefined) return undefined;
    const { value } = argument;
    const text = value.constants?.[0];
    if (typeof text === 'string' && isExponential(text)) return slow;
    const { evidence, who } = judge(value, 'pattern', this.cwe);
    const reported =
      evidence === 'input' || (evidence === 'unresolved' && context.family === 'javascript');
    if (!reported) return undefined;
    return {
      message: `The pattern contains ${who}, who can make it run for hours. Escape the text, or search without a pattern.`,
      severity: evidence === 'input' ? 'medium' : 'low',
      confidence: evidence === 'input' ? 0.75 : 0.4,
    };
  },
  assign(fact): Hits {
    const { value } = fact.form;
    return value.kind === 'regex' && isExponential(value.pattern) ? slow : undefined;
  },
};

const slow = {
  message:
    'A repeated group holds a repetition of its own: some texts take exponential time. Write it without the inner repetition.',
  severity: 'medium',
  confidence: 0.6,
} as const;

/** Whether a group that ends in a repetition is itself repeated without bound, as `(a+)+`. */
function isExponential(pattern: string): boolean {
  const plain = pattern.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'c');
  return /\((?:\?:)?(?:\w[+*])+\)[+*]/.test(plain) || /\((?:\?:)?(\w)\|\1\)[+*]/.test(plain);
}

/** Bytes of old memory may show. */
export const unsafeBuffer: Rule = {
  id: 'unsafe-buffer',
  cwe: 'CWE-665',
  families: ['javascript'],
  needs: {
    javascript: [['Buffer']],
  },
  call(fact): Hits {
    if (fact.path !== 'Buffer' || fact.isLocal || !fact.form.isNew) return undefined;
    const value = fact.arguments[0]?.value;
    if (value === undefined || value.constants !== undefined) return undefined;
    return {
      message: 'new Buffer(number) gives back old memory. Use Buffer.from or Buffer.alloc.',
      severity: 'low',
      confidence: 0.7,
      fix: {
        tier: 'propose',
        description: 'Make the buffer with Buffer.from (a number has to become Buffer.alloc)',
        edits: [{ start: fact.form.start, end: fact.form.callee.end, text: 'Buffer.from' }],
      },
    };
  },
};

const secretNames =
  /(?:^|[._])(?:password|passwd|secret|token|api_?key|signature|digest|hmac|csrf\w*|hash)$/i;
const secretWord = /password|passwd|secret|token|api_?key|signature|digest|hmac|csrf|hash/i;

/** How long a comparison takes tells how much of a secret was right. */
export const timingComparison: Rule = {
  id: 'timing-comparison',
  cwe: 'CWE-208',
  families: ['javascript', 'python'],
  needs: {
    python: [[secretWord], inputWords.python],
    javascript: [[secretWord], inputWords.javascript],
  },
  compare(form, left, right, context): Hits {
    if (!/^(?:===?|!==?)$/.test(form.operator)) return undefined;
    if (left.constants !== undefined || right.constants !== undefined) return undefined;
    const names = [context.text(form.left), context.text(form.right)];
    const isTypeCheck = names.some((name) => /typeof|undefined|null|None|length/.test(name));
    if (
      isTypeCheck ||
      !names.some((name) => secretNames.test(name)) ||
      !names.every((name) => /^[\w.[\]'"]+$/.test(name))
    )
      return undefined;
    const isServer = [left, right].some(
      (value) => judge(value, 'code', 'CWE-208').evidence === 'input',
    );
    if (!isServer) return undefined;
    return {
      message:
        'The comparison stops at the first difference, so its time tells how much was right. Use a constant-time comparison.',
      severity: 'low',
      confidence: 0.5,
    };
  },
};
