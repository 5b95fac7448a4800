import { textsIn } from '../flow/value.ts';
import type { CallFact } from '../flow/facts.ts';
import { constantOf, hole, type Value } from '../flow/value.ts';
import type { Hits, Rule } from './rule.ts';

const runners =
  /^(?:os\.(?:system|popen|exec\w+|spawn\w+)|subprocess\.\w+|commands\.\w+|pty\.spawn|child_process\.\w+|shelljs\.exec|execa\S*|eval|exec|asyncio\.create_subprocess_\w+|\S*\.exec_command)$/;

/** Commands that wipe what cannot be brought back. */
const destructive: readonly RegExp[] = [
  /\brm\s+(?:-\S+\s+)*-\S*[rR]\S*\s+(?:-\S+\s+)*(?:--no-preserve-root\s+)?["']?(?:\/|~|\$HOME|\/\*|\/(?:etc|usr|var|home|bin|boot|lib|root)(?:\/\*?)?)["']?(?:\s|$|;|&|')/,
  /\bmkfs(?:\.\w+)?\s+\S*\/dev\//,
  /\bdd\b[^|;]*\bof=\/dev\/(?:sd|hd|nvme|vd|disk)/,
  />\s*\/dev\/(?:sd[a-z]|nvme\d|hd[a-z])/,
  /:\s*\(\s*\)\s*\{\s*:\s*\|\s*:\s*&\s*\}\s*;\s*:/,
  /\bchmod\s+-R\s+0?777\s+\/(?:\s|$)/,
  /\b(?:format|del\s+\/[sfq])\s+[a-z]:/i,
  /\bshred\b.*\/dev\//,
];

const downloads = /\b(?:curl|wget)\b[^|;]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/;

const reverse: readonly RegExp[] = [
  /\b(?:ba|z|k)?sh\s+-i\b[^\n]*\/dev\/(?:tcp|udp)\//,
  /\/dev\/(?:tcp|udp)\/[\w.]+\/\d+[^\n]*(?:0>&1|<&|>&)/,
  /\bn(?:c|cat|etcat)\b[^|;\n]*\s-\S*[ec]\S*\s+\S*(?:sh|cmd\.exe|bash)\b/,
  /\bmkfifo\b[^\n]*\bn(?:c|cat)\b/,
  /\bsocat\b[^\n]*\bEXEC:/i,
];

/** A command that wipes disks or whole directory trees. */
export const destructiveCommand: Rule = {
  id: 'destructive-command',
  cwe: 'CWE-78',
  families: ['python', 'javascript'],
  needs: {
    python: [['system', 'popen', 'exec', 'spawn', 'subprocess', 'commands', 'eval', 'rmtree']],
    javascript: [['exec', 'eval', 'child_process', 'fs', 'rimraf']],
  },
  call(fact): Hits {
    const text = commandText(fact);
    if (text !== undefined && destructive.some((pattern) => pattern.test(text))) {
      return {
        message: 'This command destroys a disk or a whole directory tree, and cannot be undone.',
        severity: 'critical',
        confidence: 0.95,
      };
    }
    if (text !== undefined && downloads.test(text)) {
      return {
        message:
          'A script from the network is run unseen. Download it, check its hash, then run it.',
        cwe: 'CWE-494',
        severity: 'high',
        confidence: 0.75,
      };
    }
    const removes =
      /^(?:shutil\.rmtree|fs\.(?:rm|rmSync|rmdir|rmdirSync)|rimraf|fs-extra\.(?:remove|removeSync|emptyDirSync))$/;
    const target = fact.arguments[0] && constantOf(fact.arguments[0].value);
    if (!removes.test(fact.path) || typeof target !== 'string') return undefined;
    if (!/^(?:\/|~\/?|[A-Za-z]:[\\/]?|\/(?:etc|usr|var|home|bin|boot|lib|root)\/?)$/.test(target))
      return undefined;
    return {
      message: `This removes ${target} with all that it holds.`,
      severity: 'critical',
      confidence: 0.95,
    };
  },
};

/** A shell that listens to a machine elsewhere. */
export const reverseShell: Rule = {
  id: 'reverse-shell',
  cwe: 'CWE-506',
  families: ['python', 'javascript'],
  needs: {
    python: [['system', 'popen', 'exec', 'spawn', 'subprocess', 'commands', 'eval', 'dup2']],
    javascript: [['exec', 'eval', 'child_process', 'pipe']],
  },
  call(fact): Hits {
    const text = commandText(fact);
    const message = 'This hands a shell to a machine elsewhere.';
    if (text !== undefined && reverse.some((pattern) => pattern.test(text))) {
      return { message, severity: 'critical', confidence: 0.95 };
    }
    const first = fact.arguments[0]?.value;
    const standard = fact.arguments[1] && constantOf(fact.arguments[1].value);
    const ontoStandard = typeof standard === 'number' && standard >= 0 && standard <= 2;
    if (
      fact.path === 'os.dup2' &&
      /socket.*\.fileno\(\)$/.test(first?.path ?? '') &&
      ontoStandard
    ) {
      return { message, severity: 'critical', confidence: 0.9 };
    }
    // A stream of the network piped into a child process and back.
    const isPipe =
      fact.method === 'pipe' && /^child_process\.\w+\(\)\.stdin$/.test(first?.path ?? '');
    const fromNetwork = /^net\.(?:Socket|connect|createConnection)\(\)/.test(
      fact.receiver?.path ?? '',
    );
    return isPipe && fromNetwork ? { message, severity: 'critical', confidence: 0.9 } : undefined;
  },
};

/** The text of a command as far as it is fixed, its words joined; undefined for other calls. */
function commandText(fact: CallFact): string | undefined {
  if (fact.isLocal || !runners.test(fact.path)) return undefined;
  const texts = fact.arguments.flatMap(({ value }) => fixedTexts(value));
  return texts.length === 0 ? undefined : texts.join(' ').replaceAll(hole, '…');
}

function fixedTexts(value: Value): string[] {
  const texts = textsIn(value);
  return texts.length === 0 && value.text !== undefined ? [value.text] : texts;
}
