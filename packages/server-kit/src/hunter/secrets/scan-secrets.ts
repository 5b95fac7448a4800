import { anyOf } from '../any-of.ts';
import type { Finding } from '../finding.ts';
import { entropyOf } from './entropy.ts';
import { secretFormats, type SecretFormat } from './formats.ts';

const anyKeyword = anyOf(secretFormats.flatMap(({ keywords }) => keywords));

/** Longest line that is searched for assignments; minified files hold nothing written by hand. */
const maxLineLength = 2_000;

/** Texts that say of themselves that they are no secret. */
const example =
  /(?:AKIA|ASIA)\w*EXAMPLE$|EXAMPLEKEY$|x{8,}|0{12,}|\*{4,}|\.\.\.|your[_-]|dummy|placeholder|redacted|<[^>]+>|\$\{|\{\{|changeme/i;

/** Passwords and users that only show where the real ones go. */
const placeholderPassword =
  /^(?:.{0,3}|(.)\1*|(?:my)?(?:pass|passwd|password|pwd|secret|token)|(?:your|replace|insert|enter|change)[_-]?.*|.*[${}()<>%*].*|\[.*)$/i;
const placeholderUser =
  /^(?:user|username|usr|dbuser|testuser|name|login|x-access-token|\w*[${}()<>%].*)?$/i;

const assignment =
  /(?:^|[\s{,;("'])([\w.-]{0,40}(?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|client[_-]?secret))["']?\s{0,3}(?::=|=>|=|:)\s{0,3}(?:["'`]([^"'`\s]{8,120})["'`]|([A-Za-z0-9+/_=.-]{16,120})(?=\s*$|[\s,;]))/gi;

/**
 * Finds passwords, keys and tokens in any text by how they look.
 * @param withAssignments Also judges values by the name that they are given to. Left out where the
 * syntax is analysed, which judges them better.
 */
export function scanSecrets(
  content: string,
  withAssignments: boolean,
  checkpoint: () => void,
): Finding[] {
  const lower = content.toLowerCase();
  const findings: Finding[] = [];
  checkpoint();
  const mayHold = anyKeyword.some((pattern) => pattern.test(lower));
  for (const format of mayHold ? secretFormats : []) {
    checkpoint();
    if (format.keywords.some((keyword) => lower.includes(keyword))) {
      findings.push(...matchesOf(format, content));
    }
  }
  if (withAssignments) findings.push(...assignmentsIn(content, checkpoint));
  return withoutOverlaps(findings);
}

function matchesOf(format: SecretFormat, content: string): Finding[] {
  return [...content.matchAll(format.pattern)].flatMap((match): Finding[] => {
    const text = match[1] ?? match[0];
    const isUrl = format.keywords.includes('://');
    if (isUrl ? isPlaceholderUrl(text) : isExample(text)) return [];
    if (format.entropy !== undefined && entropyOf(text) < format.entropy) return [];
    const start = match.index + match[0].indexOf(text);
    return [
      {
        rule: `secret-${format.id}`,
        message: `This is a ${format.title}. Take it out, revoke it where it was issued, and read the new one from the environment or a secret store.`,
        severity: 'high',
        confidence: format.confidence ?? 0.95,
        cwe: 'CWE-798',
        fix: undefined,
        start,
        end: start + text.length,
      },
    ];
  });
}

function isExample(text: string): boolean {
  return example.test(text) && !text.startsWith('-----BEGIN');
}

function isPlaceholderUrl(text: string): boolean {
  const address = text.slice(text.indexOf('://') + 3);
  const login = address.slice(0, address.lastIndexOf('@'));
  const user = login.slice(0, login.indexOf(':'));
  const password = login.slice(login.indexOf(':') + 1);
  if (user === password || /^(?:your|replace|insert)[_-]|[${}<>]/i.test(login)) return true;
  const isWord = /^(?:pass|passwd|password|pwd|secret|token)$/i.test(password);
  return placeholderPassword.test(password) && (!isWord || placeholderUser.test(user));
}

function assignmentsIn(content: string, checkpoint: () => void): Finding[] {
  const findings: Finding[] = [];
  let offset = 0;
  for (const line of content.split('\n')) {
    if (line.length <= maxLineLength) {
      for (const match of line.matchAll(assignment)) {
        const [whole, name = '', quoted, bare] = match;
        const value = quoted ?? bare ?? '';
        if (!isLikelySecret(value)) continue;
        const start = offset + match.index + whole.lastIndexOf(value);
        findings.push({
          rule: 'secret-assignment',
          message: `\`${name}\` looks like a password or key in the clear. Read it from the environment or a secret store.`,
          severity: 'medium',
          confidence: quoted === undefined ? 0.5 : 0.65,
          cwe: 'CWE-798',
          fix: undefined,
          start,
          end: start + value.length,
        });
      }
    }
    offset += line.length + 1;
    if (offset % 64 === 0) checkpoint();
  }
  return findings;
}

/** Whether a value is as mixed as what a generator or a careful person makes. */
function isLikelySecret(value: string): boolean {
  if (isExample(value) || /^[$%{<]|[()[\]]|^(?:true|false|null|none|undefined)$/i.test(value))
    return false;
  if (/^(?:https?|file):|^[/.~]|^[a-z]+(?:[._-][a-z]+)*$/i.test(value)) return false;
  return entropyOf(value) >= 3 && /\d/.test(value) && /[a-z]/i.test(value);
}

/** Of findings that cover the same text the surest stays. */
function withoutOverlaps(findings: readonly Finding[]): Finding[] {
  const ordered = [...findings].sort((left, right) => right.confidence - left.confidence);
  const kept: Finding[] = [];
  for (const finding of ordered) {
    const overlaps = kept.some((other) => finding.start < other.end && other.start < finding.end);
    if (!overlaps) kept.push(finding);
  }
  return kept;
}
