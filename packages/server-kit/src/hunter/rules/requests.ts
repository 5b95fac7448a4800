import { addArgument, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, hasSpread, optionOf, type CallFact } from '../flow/facts.ts';
import type { Value } from '../flow/value.ts';
import { hitFor, judge, type Hits, type Rule } from './rule.ts';
import { inputWords } from './words.ts';

const pythonClients =
  /^(?:requests(?:\.(?:Session|session)\(\))?|httpx(?:\.(?:Async)?Client\(\))?|aiohttp\.ClientSession\(\)|urllib3\.PoolManager\(\))\.(?:get|post|put|patch|delete|head|options|request|stream|urlopen)$|^(?:urllib\.request\.(?:urlopen|Request|urlretrieve)|urllib2?\.(?:urlopen|Request)|urllib\.urlopen|six\.moves\.urllib\.request\.urlopen|http\.client\.HTTPS?Connection|httplib\.HTTPS?Connection)$/;
const javascriptClients =
  /^(?:fetch|axios(?:\.(?:get|post|put|patch|delete|head|request|create))?|https?\.(?:get|request)|got(?:\.\w+)?|request(?:\.(?:get|post|put|del|delete))?|request-promise(?:\.\w+)?|needle(?:\.\w+)?|superagent\.\w+|node-fetch|undici\.(?:fetch|request)|urllib\.request|phin|bent|page\.goto|puppeteer\S*\.goto)$/;

/** A server is told by others which address to ask. */
export const serverSideRequestForgery: Rule = {
  id: 'server-side-request-forgery',
  cwe: 'CWE-918',
  families: ['python', 'javascript'],
  needs: {
    python: [['requests', 'http', 'aiohttp', 'urllib', 'urlopen'], inputWords.python],
    javascript: [
      [
        'fetch',
        'axios',
        'http',
        'got',
        'request',
        'needle',
        'superagent',
        'undici',
        'urllib',
        'phin',
        'bent',
      ],
      inputWords.javascript,
    ],
  },
  call(fact, context): Hits {
    if (
      fact.isLocal ||
      !(context.family === 'python' ? pythonClients : javascriptClients).test(fact.path)
    )
      return undefined;
    const position =
      /\.(?:request|urlopen|stream)$/.test(fact.path) &&
      !/^(?:urllib\.request|https?|urllib2?)\./.test(fact.path) &&
      context.family === 'python'
        ? 1
        : 0;
    const value = argumentOf(fact, position, 'url')?.value;
    const address =
      (value?.entries === undefined ? value : undefined) ??
      optionOf(fact, 'url') ??
      optionOf(fact, 'host') ??
      optionOf(fact, 'hostname');
    if (address === undefined || isFixedHost(address)) return undefined;
    return hitFor(
      address,
      'url',
      this.cwe,
      (who) =>
        `The address comes from ${who}, so the server can be sent to machines that only it can reach. Allow known hosts only.`,
      ['input'],
    );
  },
};

/** Whether the host stands before the first part that is not known. */
function isFixedHost(value: Value): boolean {
  return /^[a-z]+:\/\/[^/\0?#]+[/?#]/i.test(value.text ?? '') || /^\/[^/\0]/.test(value.text ?? '');
}

/** Visitors are sent to an address that others decide. */
export const openRedirect: Rule = {
  id: 'open-redirect',
  cwe: 'CWE-601',
  families: ['python', 'javascript'],
  needs: {
    python: [['redirect', 'Redirect', 'HTTPFound'], inputWords.python],
    javascript: [['redirect', 'location', 'open'], inputWords.javascript],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const python =
      /^(?:(?:flask|bottle)\.redirect|django\.shortcuts\.redirect|django\.http\.HttpResponse(?:Permanent)?Redirect|redirect|(?:fastapi|starlette)\.responses\.RedirectResponse|self\.redirect|aiohttp\.web\.HTTPFound)$/;
    const javascript =
      /(?:^|\.)(?:res|response|reply|ctx)(?:\.\w+\(\))*\.redirect$|^(?:document\.)?location\.(?:assign|replace)$|^open$/;
    if (!(context.family === 'python' ? python : javascript).test(fact.path)) return undefined;
    const value = (
      fact.arguments.length > 1 && context.family === 'javascript'
        ? fact.arguments.at(-1)
        : argumentOf(fact, 0, 'location', 'url', 'redirect_to')
    )?.value;
    return value === undefined || isFixedHost(value)
      ? undefined
      : hitFor(value, 'url', this.cwe, explain, ['input']);
  },
  assign(fact, context): Hits {
    const isLocation =
      context.family === 'javascript' && /^(?:(?:document\.)?location(?:\.href)?)$/.test(fact.path);
    if (!isLocation || isFixedHost(fact.value)) return undefined;
    return hitFor(fact.value, 'url', this.cwe, explain, ['input']);
  },
};

function explain(who: string): string {
  return `Visitors are sent to an address from ${who}: a trusted link can end on any site. Allow own paths only.`;
}

/** A request that may wait for ever. */
export const missingTimeout: Rule = {
  id: 'missing-timeout',
  cwe: 'CWE-400',
  families: ['python'],
  needs: {
    python: [['requests']],
  },
  call(fact): Hits {
    if (
      fact.isLocal ||
      !/^requests\.(?:get|post|put|patch|delete|head|options|request)$/.test(fact.path)
    )
      return undefined;
    const timeout = argumentOf(fact, undefined, 'timeout');
    const isUnlimited =
      timeout !== undefined &&
      timeout.value.constants?.includes(null) === true &&
      timeout.value.constants.length === 1;
    if (hasSpread(fact) || (timeout !== undefined && !isUnlimited)) return undefined;
    return {
      message: 'Without a timeout this waits for ever if the other side never answers.',
      severity: 'low',
      confidence: 0.6,
      fix: timeout === undefined ? timeoutFix(fact) : undefined,
    };
  },
};

function timeoutFix(fact: CallFact): FixPlan | undefined {
  const edit = addArgument(fact, 'timeout=30');
  return edit && { tier: 'apply', description: 'Give up after 30 seconds', edits: [edit] };
}

/** Text that others decide goes into a header or a mail. */
export const trustBoundary: Rule = {
  id: 'trust-boundary',
  cwe: 'CWE-501',
  families: ['python', 'javascript'],
  needs: {
    python: [['session'], inputWords.python],
    javascript: [['session'], inputWords.javascript],
  },
  assign(fact): Hits {
    if (
      !/^(?:flask\.session|(?:req|request)\.session)(?:\.|\[\]|$)/.test(fact.path) &&
      fact.receiver?.path !== 'flask.session'
    )
      return undefined;
    const key = fact.form.target.kind === 'index' ? fact.form.target : undefined;
    const { evidence, who } = judge(fact.value, 'code', this.cwe);
    if (evidence !== 'input' || key === undefined) return undefined;
    return {
      message: `The session keeps ${who} unchecked, and later code will trust it. Check it first.`,
      severity: 'low',
      confidence: 0.5,
    };
  },
};
