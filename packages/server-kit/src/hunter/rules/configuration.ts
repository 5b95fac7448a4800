import { replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, optionOf } from '../flow/facts.ts';
import { constantOf, textOf } from '../flow/value.ts';
import type { Expression } from '../form/form.ts';
import type { Hit, Hits, Rule } from './rule.ts';

/** A server that shows its inside, and takes commands, when something fails. */
export const debugEnabled: Rule = {
  id: 'debug-enabled',
  cwe: 'CWE-489',
  families: ['python'],
  needs: {
    python: [['debug', 'DEBUG', 'evalex']],
  },
  call(fact): Hits {
    const runs =
      /(?:^|\.)(?:app|application|server|flask\.Flask\(\)|bottle|socketio|\w*app)\.run$|(?:^|\.)run_simple$|^bottle\.run$|^(?:bottle\.)?debug$|\.DebuggedApplication$/i;
    if (fact.isLocal || !(runs.test(fact.path) || /Flask\(\)\.run$/.test(fact.path)))
      return undefined;
    const option = argumentOf(
      fact,
      fact.path === 'bottle.debug' ? 0 : undefined,
      'debug',
      'use_debugger',
      'evalex',
    );
    if (option === undefined || constantOf(option.value) !== true) return undefined;
    return debugHit(option.form);
  },
  assign(fact): Hits {
    if (constantOf(fact.value) !== true) return undefined;
    const isApp =
      fact.name === 'debug' && /app|flask|server/i.test(fact.path.replace(/\.debug$/, ''));
    const isConfig = fact.name === 'DEBUG' && /config/.test(fact.path);
    const isSetting = fact.path === 'DEBUG' || fact.path === 'TEMPLATE_DEBUG';
    if (!isApp && !isConfig && !isSetting) return undefined;
    const hit = debugHit(fact.form.value);
    return isSetting ? { ...hit, severity: 'low', confidence: 0.4, fix: undefined } : hit;
  },
};

function debugHit(form: Expression): Hit {
  const fix: FixPlan | undefined =
    form.kind === 'literal'
      ? { tier: 'apply', description: 'Turn debugging off', edits: [replace(form, 'False')] }
      : undefined;
  return {
    message:
      'In debug mode an error page shows the code and lets visitors run commands. Turn it off outside of development.',
    severity: 'high',
    confidence: 0.75,
    fix,
  };
}

/** A server that listens to every network. */
export const bindsAllInterfaces: Rule = {
  id: 'binds-all-interfaces',
  cwe: 'CWE-605',
  families: ['python'],
  needs: {
    python: [[/\b(?:bind|run)\b|run_simple|run_server/i]],
  },
  call(fact): Hits {
    if (fact.isLocal) return undefined;
    const [first] = fact.arguments;
    const address =
      fact.method === 'bind'
        ? first?.value.sequence?.[0]
        : /(?:^|\.)(?:\w*app|application|server|uvicorn|socketio|bottle)\.run$|Flask\(\)\.run$|run_simple$|run_server$/i.test(
              fact.path,
            )
          ? argumentOf(fact, /uvicorn/.test(fact.path) ? undefined : 0, 'host', 'hostname')?.value
          : undefined;
    const text = textOf(address);
    if (text !== '0.0.0.0' && text !== '::' && !(text === '' && fact.method === 'bind'))
      return undefined;
    return {
      message:
        'This server listens on every network of the machine. Bind it to the address that is needed.',
      severity: 'low',
      confidence: 0.6,
    };
  },
};

/** Pages of any site may read the answers. */
export const corsAnyOrigin: Rule = {
  id: 'cors-any-origin',
  cwe: 'CWE-942',
  families: ['python', 'javascript'],
  needs: {
    python: [['cors', /(?:set|header|writeHead)(?![\w$])/i, /access-control/i]],
    javascript: [['cors', /(?:set|header|writeHead)(?![\w$])/i, /access-control/i]],
  },
  call(fact): Hits {
    const message = 'Any site may read the answers. Name the sites that may.';
    if (/^flask_cors\.(?:CORS|cross_origin)$/.test(fact.path)) {
      const origins = argumentOf(fact, undefined, 'origins', 'resources')?.value;
      const isAny =
        origins === undefined ||
        textOf(origins) === '*' ||
        origins.sequence?.some((one) => textOf(one) === '*');
      const credentials = argumentOf(fact, undefined, 'supports_credentials')?.value;
      const withCredentials = credentials !== undefined && constantOf(credentials) === true;
      return isAny
        ? {
            message,
            severity: withCredentials ? 'high' : 'low',
            confidence: withCredentials ? 0.8 : 0.5,
          }
        : undefined;
    }
    if (fact.path === 'cors') {
      const origin = optionOf(fact, 'origin');
      const credentials = optionOf(fact, 'credentials');
      const isAny = origin !== undefined && (textOf(origin) === '*' || constantOf(origin) === true);
      const withCredentials = credentials !== undefined && constantOf(credentials) === true;
      return isAny
        ? {
            message,
            severity: withCredentials ? 'high' : 'low',
            confidence: withCredentials ? 0.8 : 0.45,
          }
        : undefined;
    }
    const isHeader = /(?:setHeader|header|set|add_header|writeHead)$/.test(fact.method);
    const name = textOf(fact.arguments[0]?.value)?.toLowerCase();
    if (
      !isHeader ||
      name !== 'access-control-allow-origin' ||
      textOf(fact.arguments[1]?.value) !== '*'
    )
      return undefined;
    return { message, severity: 'low', confidence: 0.5 };
  },
  assign(fact): Hits {
    if (fact.name.toLowerCase() !== 'access-control-allow-origin' || textOf(fact.value) !== '*')
      return undefined;
    return {
      message: 'Any site may read the answers. Name the sites that may.',
      severity: 'low',
      confidence: 0.5,
    };
  },
};

/** Protection against forged requests is off. */
export const csrfDisabled: Rule = {
  id: 'csrf-disabled',
  cwe: 'CWE-352',
  families: ['python', 'javascript'],
  needs: {
    python: [['methodOverride', 'CSRF']],
    javascript: [['methodOverride', 'CSRF']],
  },
  call(fact, context): Hits {
    if (
      /methodOverride$/.test(fact.path) &&
      /\bcsrf\s*\(/.test(context.source.slice(0, fact.form.start))
    ) {
      return {
        message:
          'The check for forged requests runs before the method is overridden, and so misses some. Put it after.',
        severity: 'low',
        confidence: 0.6,
      };
    }
    return undefined;
  },
  assign(fact): Hits {
    const isOff =
      /^(?:WTF_CSRF_ENABLED|WTF_CSRF_CHECK_DEFAULT)$/.test(fact.name) &&
      constantOf(fact.value) === false;
    if (!isOff) return undefined;
    return {
      message: 'Other sites can send forms in the name of a visitor. Keep the check on.',
      severity: 'medium',
      confidence: 0.75,
    };
  },
};

const electron: Readonly<Record<string, boolean>> = {
  nodeIntegration: true,
  nodeIntegrationInWorker: true,
  contextIsolation: false,
  webSecurity: false,
  allowRunningInsecureContent: true,
  enableRemoteModule: true,
};

/** A window in which a page gets at the machine. */
export const insecureWindow: Rule = {
  id: 'insecure-window',
  cwe: 'CWE-1188',
  families: ['javascript'],
  needs: {
    javascript: [
      [
        'nodeIntegration',
        'contextIsolation',
        'webSecurity',
        'allowRunningInsecureContent',
        'enableRemoteModule',
      ],
    ],
  },
  mapping(form, entries): Hits {
    return form.entries.flatMap((entry): Hit[] => {
      const name = entry.key?.kind === 'literal' ? String(entry.key.value) : '';
      const value = entries.get(name);
      const bad = Object.hasOwn(electron, name) ? electron[name] : undefined;
      if (bad === undefined || value === undefined || constantOf(value) !== bad) return [];
      const fix: FixPlan = {
        tier: 'propose',
        description: `Set ${name} to ${String(!bad)}`,
        edits: [replace(entry.value, String(!bad))],
      };
      return [
        {
          message: `With ${name} set to ${String(bad)}, a script in the page gets at the machine.`,
          severity: 'high',
          confidence: 0.8,
          at: entry,
          fix,
        },
      ];
    });
  },
};
