import { replace, type FixPlan } from '../fixes/edit.ts';
import type { CallFact } from '../flow/facts.ts';
import type { Hits, Rule, RuleContext } from './rule.ts';

const pythonCalls =
  /^(?:random|numpy\.random|np\.random)\.(?:Random\(\)\.)?(?:random|randint|randrange|choice|choices|sample|uniform|triangular|getrandbits|randbytes|shuffle|bytes|rand|integers)$/;
const javascriptCalls = /^(?:Math\.random|crypto\.pseudoRandomBytes|lodash\.random|_\.random)$/;
const isSecret =
  /token|secret|passw|pwd|session|nonce|salt|otp|csrf|api_?key|auth|cookie|remember_?me|reset|verif\w*code|invite|credential|\bpin\b|private|uuid|\bkey\b/i;

/** A generator whose next output can be computed makes something that must not be guessed. */
export const weakRandom: Rule = {
  id: 'weak-random',
  cwe: 'CWE-330',
  families: ['python', 'javascript'],
  needs: {
    python: [['andom']],
    javascript: [['andom']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const calls = context.family === 'python' ? pythonCalls : javascriptCalls;
    if (!calls.test(fact.path)) return undefined;
    const place = `${context.functionAround(fact.form)} ${context.lineOf(fact.form)}`;
    const secret = isSecret.test(place) || fact.path === 'crypto.pseudoRandomBytes';
    return {
      message: secret
        ? 'The numbers of this generator can be computed from earlier ones, so what is made here can be guessed. Use the cryptographic generator.'
        : 'The numbers of this generator can be guessed; that matters only if something is to stay secret.',
      severity: secret ? 'medium' : 'low',
      confidence: secret ? 0.75 : 0.3,
      fix: secret ? secureFix(fact, context) : undefined,
    };
  },
};

function secureFix(fact: CallFact, context: RuleContext): FixPlan | undefined {
  const { callee } = fact.form;
  if (fact.path === 'crypto.pseudoRandomBytes' && callee.kind === 'member') {
    return {
      tier: 'apply',
      description: 'Use the cryptographic generator',
      edits: [replace(callee.propertySpan, 'randomBytes')],
    };
  }
  const isMethod =
    /^random\.(?:random|randint|randrange|choice|choices|sample|uniform|getrandbits|randbytes|shuffle)$/;
  // A seeded generator is meant to repeat itself.
  if (!isMethod.test(fact.path) || callee.kind !== 'member' || /\bseed\s*\(/.test(context.source)) {
    return undefined;
  }
  return {
    tier: 'apply',
    description: 'Draw from the cryptographic generator',
    edits: [replace(callee.object, 'secrets.SystemRandom()')],
    imports: ['secrets'],
  };
}
