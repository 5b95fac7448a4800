import type { AssignFact, CallFact } from '../flow/facts.ts';
import { textOf, type Value } from '../flow/value.ts';
import type { Hit, Hits, Rule, RuleContext } from './rule.ts';

/** Names that hold what opens a door. */
const secretName =
  /(?:^|[_\-.])(?:passw(?:or)?d|passwd|pwd|pass|passphrase|secret|token|api_?key|apikey|auth_?key|access_?key|secret_?key|private_?key|client_?secret|bearer_?auth|basic_?auth|auth_?token|access_?token|encryption_?key|signing_?key|jwt_?secret)(?:$|[_\-.]|\d)|(?:password|passwd|secret|apikey)$/i;
const passwordName = /passw|passwd|pwd|^pass$|_pass$|passphrase/i;
/** What all names have in common that {@link secretName} or {@link passwordName} knows. */
const secretStem =
  /pass|pwd|secret|token|(?:api|auth|access|private|encryption|signing)_?key|(?:bearer|basic)_?auth/i;
/** Names that speak of a secret without holding it. */
const aboutSecret =
  /(?:name|file|path|url|uri|field|label|prompt|pattern|regex|prefix|suffix|header|type|hash|length|len|min|max|count|policy|rule|error|message|msg|hint|help|text|title|placeholder|param|column|table|format|expir\w*|ttl|id|ids|class|form|input|reset|change|validator|manager|provider|service|endpoint|event|action|env|var|algorithm|scheme|method|attribute|attr|tag|node|stream|chars|delimiter|list|set|map|index|position|kind)$/i;

/** Texts that stand for a secret, or are plainly none. */
const placeholder =
  /^(?:$|\s+$|<.*>|\{.*\}|\$\{?.*|%.*%|\*+|x+|\.+|-+|none|null|undefined|true|false|n\/?a|todo|changeme|change[_-]me|your[_-].*|my[_-].*key|example|sample|placeholder|dummy|string|str|text|password|passwd|pass|secret|token|key|api[_-]?key|username|user|enter.*|insert.*)$/i;
const notSecret =
  /\s\S*\s|^(?:https?|file|ftp):\/\/|^[/.~]|[/\\]$|^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^\W+$/;

/** Functions that open something with a password. */
const opensDoor =
  /(?:connect|connection|client|login|auth|engine|pool|database|db|driver|session|sequelize|redis|elasticsearch|cluster|authenticator|provider|credentials?|createuser|create_user|start|smtp|ftp|imap|ssh|fetch_token|make_headers|basicauth|digestauth|httpbasicauth|httpdigestauth|kerberos_auth|bearer_auth|basic_auth|oauth1|command|encode|sign|verify|jwt|session|encrypt|decrypt|createhmac|hmac\.new)\w*$/i;

/** A password or key that stands in the code. */
export const hardCodedCredential: Rule = {
  id: 'hard-coded-credential',
  cwe: 'CWE-798',
  families: ['python', 'javascript'],
  needs: {
    python: [[secretStem, 'Auth', 'kerberos_auth', 'jwt', 'mysql', 'MySQL', 'equelize', 'hmac']],
    javascript: [
      [
        secretStem,
        'Auth',
        'jwt',
        'jsonwebtoken',
        'jose',
        'mysql',
        'MySQL',
        'equelize',
        'hmac',
        'createHmac',
        'createCipheriv',
        'kerberos_auth',
      ],
    ],
  },
  assign(fact): Hits {
    return fact.form.operator === '=' ? ofName(fact) : undefined;
  },
  mapping(form, entries): Hits {
    return form.entries.flatMap((entry): Hit[] => {
      if (entry.key?.kind !== 'literal' || entry.value.kind !== 'literal') return [];
      const name = String(entry.key.value);
      const value = entries.get(name);
      const hit = value && secretHit(name, value);
      return hit === undefined ? [] : [{ ...hit, at: entry }];
    });
  },
  call(fact, context): Hits {
    return [...namedArguments(fact), ...positionalSecrets(fact, context)];
  },
  compare(form, left, right, context): Hits {
    if (!/^(?:===?|!==?)$/.test(form.operator)) return undefined;
    const [named, fixed, value] =
      form.right.kind === 'literal'
        ? [form.left, form.right, right]
        : [form.right, form.left, left];
    if (fixed.kind !== 'literal') return undefined;
    const name = lastPart(context.text(named));
    if (!passwordName.test(name) || aboutSecret.test(name)) return undefined;
    const text = textOf(value);
    if (text === undefined || text === '') return undefined;
    return {
      message: `The password is compared with a text in the code: whoever reads the code knows it.`,
      severity: 'medium',
      confidence: placeholder.test(text) ? 0.4 : 0.6,
    };
  },
};

function ofName(fact: AssignFact): Hit | undefined {
  // Only where the text stands; a name that is handed on was reported there.
  if (fact.form.value.kind !== 'literal') return undefined;
  return secretHit(fact.name, fact.value);
}

function secretHit(name: string, value: Value): Hit | undefined {
  const text = textOf(value);
  const spelled = snakeCase(name);
  if (text === undefined || !secretName.test(spelled) || aboutSecret.test(spelled))
    return undefined;
  if (text.length < 2 || notSecret.test(text)) return undefined;
  const obvious = placeholder.test(text) || text.toLowerCase() === name.toLowerCase();
  if (obvious && !passwordName.test(spelled)) return undefined;
  if (obvious && !/^(?:password|passwd|pass|secret)$/i.test(text)) return undefined;
  const strong = text.length >= 8 && /\d/.test(text) && /[a-z]/i.test(text);
  // A plain word under `token` or `key` is a name of something more often than a secret.
  if (!strong && !/passw|pwd|secret|passphrase|^pass$|_pass$/i.test(spelled)) return undefined;
  return {
    message: `\`${name}\` is written into the code: whoever reads the code has it. Read it from the environment or a secret store.`,
    severity: 'medium',
    confidence: obvious ? 0.35 : strong ? 0.7 : 0.5,
  };
}

function namedArguments(fact: CallFact): Hit[] {
  return fact.arguments.flatMap((argument): Hit[] => {
    const { name, value } = argument;
    if (name === undefined || !secretName.test(snakeCase(name)) || aboutSecret.test(name))
      return [];
    const text = textOf(value);
    const opens = opensDoor.test(fact.path);
    if (text === '' && opens && passwordName.test(name)) {
      return [
        {
          message: 'The password is empty, so anyone can log in.',
          cwe: 'CWE-521',
          severity: 'medium',
          confidence: 0.6,
          at: argument.span,
        },
      ];
    }
    if (text === undefined || text.length === 0 || notSecret.test(text)) return [];
    if (!opens && (placeholder.test(text) || text.length < 4)) return [];
    return [credential(argument.span, argument.form.kind === 'literal' ? 0.65 : 0.55)];
  });
}

/** Where well-known functions take a password or key, counted from 0. */
const secretPositions: readonly (readonly [RegExp, readonly number[]])[] = [
  [
    /(?:HTTPBasicAuth|HTTPDigestAuth|HTTPProxyAuth|PlainTextAuthProvider|PasswordAuthenticator|(?:^|\.)basic_auth|BasicAuth)$/,
    [1],
  ],
  [/(?:^|\.)(?:kerberos_auth|bearer_auth)$/, [0]],
  [/OAuth1(?:Session)?$/, [1, 3]],
  [
    /(?:^|\.)jwt\.encode$|^jose\.jwt\.encode$|^jsonwebtoken\.(?:sign|verify)$|^jwt\.(?:sign|verify)$|^jwt-simple\.(?:encode|decode)$/,
    [1],
  ],
  [/^(?:MySQLdb(?:\._mysql)?|_mysql)\.(?:connect|Connection)$/, [2]],
  [/^(?:sequelize|Sequelize)(?:\.Sequelize)?$/, [2]],
  [/^crypto\.(?:createHmac|createCipheriv)$/, [1]],
  [/^hmac\.new$/, [0]],
];

function positionalSecrets(fact: CallFact, context: RuleContext): Hit[] {
  const positions = secretPositions.find(([pattern]) => pattern.test(fact.path))?.[1] ?? [];
  if (fact.isLocal) return [];
  return positions.flatMap((position): Hit[] => {
    const argument = fact.arguments[position];
    if (argument === undefined || argument.name !== undefined) return [];
    const text = textOf(argument.value);
    if (text === undefined || (text === '' && context.family === 'python' && position === 3))
      return [];
    if (text === '') {
      return [
        {
          ...credential(argument.span, 0.6),
          cwe: 'CWE-521',
          message: 'The password is empty, so anyone can log in.',
        },
      ];
    }
    return [credential(argument.span, 0.65)];
  });
}

function credential(at: Hit['at'], confidence: number): Hit {
  return {
    message:
      'A password or key is written into the code: whoever reads the code has it. Read it from the environment or a secret store.',
    severity: 'medium',
    confidence,
    at,
  };
}

/** `clientSecret` and `client_secret` are one name. */
function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2');
}

function lastPart(text: string): string {
  return (
    text
      .split(/[.[\]'"]/)
      .filter((part) => part !== '')
      .at(-1) ?? ''
  );
}
