import { removeArgument, replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, type CallFact } from '../flow/facts.ts';
import { constantOf, textOf } from '../flow/value.ts';
import type { Hit, Hits, Rule, RuleContext } from './rule.ts';

const unverified =
  'The other side is not asked to prove who it is, so anyone on the way can read and change what is sent. Keep certificate verification on.';
const oldProtocol = 'This version of TLS is broken. Use TLS 1.2 or later.';
const outdated =
  /(?:PROTOCOL_(?:SSLv2|SSLv3|TLSv1|TLSv1_1)|SSLv(?:2|3|23)?_METHOD|TLSv1(?:_1)?_METHOD)$/;

/** Certificates of the other side are not checked, or the protocol is an old one. */
export const tlsVerification: Rule = {
  id: 'tls-verification-disabled',
  cwe: 'CWE-295',
  families: ['python', 'javascript'],
  needs: {
    python: [['ssl', 'SSL', 'TLS', 'verify', 'cert_reqs', 'check_hostname']],
    javascript: [
      [
        'ssl',
        'SSL',
        'TLS',
        'verify',
        'check_hostname',
        'rejectUnauthorized',
        'secureProtocol',
        'minVersion',
        'maxVersion',
      ],
    ],
  },
  call(fact, context): Hits {
    if (fact.isLocal || context.family !== 'python') return undefined;
    return pythonCall(fact, context);
  },
  assign(fact): Hits {
    const off = { message: unverified, severity: 'high', confidence: 0.85 } as const;
    if (fact.path === 'ssl._create_default_https_context') return off;
    if (fact.name === 'verify_mode' && /CERT_NONE$/.test(fact.value.path ?? '')) return off;
    if (
      fact.name === 'check_hostname' &&
      fact.form.value.kind === 'literal' &&
      constantOf(fact.value) === false
    )
      return { ...off, confidence: 0.7 };
    if (
      fact.name === 'verify' &&
      constantOf(fact.value) === false &&
      /Session|Client|session/.test(`${fact.receiver?.path ?? ''} ${fact.path}`)
    )
      return off;
    const isOff =
      fact.name === 'NODE_TLS_REJECT_UNAUTHORIZED' && /^0$/.test(String(constantOf(fact.value)));
    return isOff ? off : undefined;
  },
  mapping(form, entries, context): Hits {
    if (context.family !== 'javascript') return undefined;
    return form.entries.flatMap((entry): Hit[] => {
      if (entry.key?.kind !== 'literal') return [];
      const name = String(entry.key.value);
      const value = entries.get(name);
      if (
        /^(?:rejectUnauthorized|strictSSL|requestCert)$/.test(name) &&
        value &&
        constantOf(value) === false
      ) {
        if (name === 'requestCert') return [];
        const fix: FixPlan = {
          tier: 'propose',
          description: 'Verify certificates',
          edits: [replace(entry.value, 'true')],
        };
        return [{ message: unverified, severity: 'high', confidence: 0.85, at: entry, fix }];
      }
      const isOld =
        /^(?:secureProtocol|minVersion|maxVersion)$/.test(name) &&
        /^(?:SSLv\w*|TLSv1(?:_1)?_\w*method|TLSv1(?:\.1)?)$/i.test(textOf(value) ?? '');
      return isOld
        ? [{ message: oldProtocol, cwe: 'CWE-327', severity: 'medium', confidence: 0.8, at: entry }]
        : [];
    });
  },
};

function pythonCall(fact: CallFact, context: RuleContext): Hit | undefined {
  const off = { message: unverified, severity: 'high', confidence: 0.85 } as const;
  if (/^ssl\._create_unverified_context$/.test(fact.path)) {
    const { callee } = fact.form;
    const fix: FixPlan | undefined =
      callee.kind === 'member' && fact.arguments.length === 0
        ? {
            tier: 'propose',
            description: 'Use a context that verifies certificates',
            edits: [replace(callee.propertySpan, 'create_default_context')],
          }
        : undefined;
    return { ...off, fix };
  }
  if (/^(?:requests|httpx|urllib3|aiohttp)\b|[Ss]ession|[Cc]lient/.test(fact.path)) {
    for (const name of ['verify', 'verify_ssl', 'ssl', 'verify_certs']) {
      const argument = argumentOf(fact, undefined, name);
      if (argument === undefined || constantOf(argument.value) !== false) continue;
      const removal = removeArgument(fact, fact.arguments.indexOf(argument), context.source);
      const fix: FixPlan | undefined = removal && {
        tier: 'propose',
        description: 'Verify certificates',
        edits: [removal],
      };
      return { ...off, fix };
    }
  }
  const requirement = argumentOf(fact, undefined, 'cert_reqs')?.value;
  if (/CERT_NONE$/.test(requirement?.path ?? '') || textOf(requirement) === 'CERT_NONE') return off;
  const version = argumentOf(
    fact,
    fact.path === 'ssl.SSLContext' ? 0 : undefined,
    'ssl_version',
    'protocol',
    'method',
    'version',
  )?.value;
  const isContext =
    /SSLContext$|wrap_socket$|SSL\.Context$/.test(fact.path) ||
    argumentOf(fact, undefined, 'ssl_version') !== undefined;
  const versionPath =
    version?.path ??
    (fact.path.endsWith('SSL.Context') ? (fact.arguments[0]?.value.path ?? '') : '');
  if (outdated.test(versionPath) && (isContext || /method|ssl/i.test(fact.path))) {
    const form = fact.arguments[0]?.form;
    const fix: FixPlan | undefined =
      fact.path === 'ssl.SSLContext' && form?.kind === 'member' && fact.arguments.length === 1
        ? {
            tier: 'propose',
            description: 'Negotiate the newest protocol, and verify the server',
            edits: [replace(form.propertySpan, 'PROTOCOL_TLS_CLIENT')],
          }
        : undefined;
    return { message: oldProtocol, cwe: 'CWE-327', severity: 'medium', confidence: 0.8, fix };
  }
  if (fact.path === 'ssl.wrap_socket') {
    return {
      message:
        'ssl.wrap_socket neither verifies the other side nor its name. Use ssl.create_default_context().',
      severity: 'medium',
      confidence: 0.7,
    };
  }
  return undefined;
}

/** An unknown SSH server is trusted. */
export const hostKeyUnchecked: Rule = {
  id: 'host-key-unchecked',
  cwe: 'CWE-295',
  families: ['python'],
  needs: {
    python: [['set_missing_host_key_policy']],
  },
  call(fact): Hits {
    if (fact.method !== 'set_missing_host_key_policy') return undefined;
    const argument = fact.arguments[0];
    const policy = argument?.value.path ?? '';
    if (argument === undefined || !/(?:AutoAddPolicy|WarningPolicy)(?:\(\))?$/.test(policy))
      return undefined;
    const form = argument.form.kind === 'call' ? argument.form.callee : argument.form;
    const fix: FixPlan | undefined =
      form.kind === 'member'
        ? {
            tier: 'propose',
            description: 'Refuse servers whose key is not known',
            edits: [replace(form.propertySpan, 'RejectPolicy')],
          }
        : undefined;
    return {
      message:
        'Any SSH server is trusted, also one that stands in for the right one. Load the known host keys and reject others.',
      severity: 'high',
      confidence: 0.85,
      fix,
    };
  },
};

/** Passwords and data travel in the clear. */
export const cleartextProtocol: Rule = {
  id: 'cleartext-protocol',
  cwe: 'CWE-319',
  families: ['python'],
  needs: {
    python: [['telnetlib', 'ftplib']],
  },
  call(fact): Hits {
    if (!/^(?:telnetlib\.Telnet|ftplib\.FTP)$/.test(fact.path)) return undefined;
    return {
      message:
        'This protocol sends passwords and data in the clear. Use SSH or a protocol over TLS.',
      severity: 'medium',
      confidence: 0.8,
    };
  },
};
