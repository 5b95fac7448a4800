import { replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, hasSpread, optionOf, type CallFact } from '../flow/facts.ts';
import { constantOf, textOf, textsIn } from '../flow/value.ts';
import type { Hit, Hits, Rule } from './rule.ts';

/** A cookie that travels in the clear or that scripts can read. */
export const insecureCookie: Rule = {
  id: 'insecure-cookie',
  cwe: 'CWE-614',
  families: ['python', 'javascript'],
  needs: {
    python: [['set_cookie', 'COOKIE']],
    javascript: [['ookie', 'COOKIE', 'httpOnly', 'secure']],
  },
  call(fact, context): Hits {
    if (context.family !== 'python') {
      const isCookie = /(?:^|\.)(?:res|response|reply)(?:\.\w+\(\))*\.(?:cookie|setCookie)$/.test(
        fact.path,
      );
      if (!isCookie || fact.arguments.length > 2) return undefined;
      return fact.arguments.length === 2
        ? { message: open, severity: 'low', confidence: 0.5 }
        : undefined;
    }
    if (fact.method !== 'set_cookie') return undefined;
    for (const name of ['secure', 'httponly']) {
      const option = argumentOf(fact, undefined, name);
      if (option === undefined || constantOf(option.value) !== false) continue;
      const fix: FixPlan | undefined =
        option.form.kind === 'literal'
          ? {
              tier: 'apply',
              description: `Set ${name} on the cookie`,
              edits: [replace(option.form, 'True')],
            }
          : undefined;
      const isSecure = name === 'secure';
      return {
        message: isSecure ? open : readable,
        cwe: isSecure ? undefined : 'CWE-1004',
        severity: 'medium',
        confidence: 0.8,
        fix,
      };
    }
    const isSilent = argumentOf(fact, undefined, 'secure') === undefined && !hasSpread(fact);
    return isSilent && fact.arguments.length >= 2
      ? { message: open, severity: 'low', confidence: 0.5 }
      : undefined;
  },
  mapping(form, entries, context): Hits {
    if (context.family !== 'javascript') return undefined;
    const looksLikeCookie = ['httpOnly', 'sameSite', 'maxAge', 'expires', 'domain'].some((key) =>
      entries.has(key),
    );
    return form.entries.flatMap((entry): Hit[] => {
      const name = entry.key?.kind === 'literal' ? String(entry.key.value) : '';
      const value = entries.get(name);
      const isOff = value !== undefined && constantOf(value) === false;
      if (!isOff || !(name === 'httpOnly' || (name === 'secure' && looksLikeCookie))) return [];
      const fix: FixPlan = {
        tier: 'apply',
        description: `Set ${name} on the cookie`,
        edits: [replace(entry.value, 'true')],
      };
      return [
        {
          message: name === 'secure' ? open : readable,
          cwe: name === 'secure' ? undefined : 'CWE-1004',
          severity: 'medium',
          confidence: 0.75,
          at: entry,
          fix,
        },
      ];
    });
  },
  assign(fact): Hits {
    const isFlag = /^(?:SESSION|CSRF|REMEMBER)_COOKIE_(?:SECURE|HTTPONLY)$/.test(fact.name);
    if (!isFlag || constantOf(fact.value) !== false) return undefined;
    return { message: open, severity: 'medium', confidence: 0.7 };
  },
};

const open =
  'The cookie also travels over plain HTTP, where anyone on the way can take it. Set the Secure flag.';
const readable = 'A script in the page can read the cookie. Set the HttpOnly flag.';

/** A signed token whose signature is not looked at. */
export const unverifiedToken: Rule = {
  id: 'unverified-token',
  cwe: 'CWE-347',
  families: ['python', 'javascript'],
  needs: {
    python: [['jwt']],
    javascript: [['jwt', 'jsonwebtoken']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const hit = {
      message:
        'The signature is not checked, so anyone can write such a token. Verify it with a key and a fixed algorithm.',
      severity: 'high',
      confidence: 0.8,
    } as const;
    if (context.family === 'python') {
      if (!/(?:^|\.)jwt\.(?:decode|encode|process_jwt)$/.test(fact.path)) return undefined;
      return isUnverified(fact) ? hit : undefined;
    }
    if (fact.path === 'jwt-simple.decode') {
      const flag = fact.arguments[2]?.value;
      const text = textOf(flag);
      const isOn = flag !== undefined && (constantOf(flag) === true || text !== undefined);
      return isOn ? hit : undefined;
    }
    if (!/^(?:jsonwebtoken|jwt)\.(?:verify|sign)$/.test(fact.path)) return undefined;
    const algorithms = [optionOf(fact, 'algorithms'), optionOf(fact, 'algorithm')];
    const allowsNone = algorithms.some((value) =>
      textsIn(value).some((text) => /^none$/i.test(text)),
    );
    const key = fact.arguments[1]?.value;
    const noKey =
      fact.path.endsWith('verify') &&
      key?.constants?.every((one) => one === null || one === '' || one === false);
    return allowsNone || noKey === true ? hit : undefined;
  },
};

function isUnverified(fact: CallFact): boolean {
  const verify = argumentOf(fact, fact.path.endsWith('decode') ? 2 : undefined, 'verify')?.value;
  const options = argumentOf(fact, undefined, 'options')?.value.entries?.get('verify_signature');
  const algorithms = argumentOf(fact, 2, 'algorithms', 'algorithm')?.value;
  return (
    (verify !== undefined && constantOf(verify) === false) ||
    (options !== undefined && constantOf(options) === false) ||
    textsIn(algorithms).some((text) => /^none$/i.test(text)) ||
    (argumentOf(fact, undefined, 'algorithm')?.value.constants?.includes(null) ?? false)
  );
}
