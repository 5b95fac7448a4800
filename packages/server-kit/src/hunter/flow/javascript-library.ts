import type { FunctionForm, Parameter } from '../form/form.ts';
import { elementsOf } from './containers.ts';
import { argumentOf, type CallFact } from './facts.ts';
import { modelJavascript } from './javascript-models.ts';
import type { Library } from './library.ts';
import {
  harmlessValue,
  taintedValue,
  textOf,
  unknownValue,
  type Hazard,
  type Value,
} from './value.ts';

const builtins = new Set(
  (
    'Array ArrayBuffer BigInt Boolean Buffer DOMParser DataView Date Error EvalError Event EventTarget FileReader ' +
    'FormData Function Headers Image Infinity Intl JSON Map Math NaN Number Object Promise Proxy RangeError ' +
    'ReferenceError Reflect RegExp Request Response Set String Symbol SyntaxError TypeError URIError URL ' +
    'URLSearchParams Uint8Array Uint16Array Uint32Array WeakMap WeakSet WebSocket Worker XMLHttpRequest ' +
    '__dirname __filename addEventListener alert atob btoa cancelAnimationFrame clearInterval clearTimeout confirm ' +
    'console crypto customElements decodeURI decodeURIComponent document encodeURI encodeURIComponent escape eval ' +
    'exports fetch global globalThis history import isFinite isNaN localStorage location module navigator ' +
    'parent parseFloat parseInt performance postMessage process prompt queueMicrotask removeEventListener ' +
    'requestAnimationFrame require screen self sessionStorage setImmediate setInterval setTimeout structuredClone ' +
    'super this top undefined unescape window $ jQuery angular React app express router'
  ).split(' '),
);

/** Modules that snippets use without importing them. */
const modules = new Set(
  'fs path http https child_process vm os util cp axios lodash _ jwt knex sequelize mongoose db pool connection client res response'.split(
    ' ',
  ),
);

const input = new RegExp(
  '^(?:' +
    '(?:.*\\.)?(?:req|request)\\.(?:query|body|params|headers|cookies|signedCookies|url|originalUrl|hostname|host|path|' +
    'files|file|param\\(\\)|get\\(\\)|header\\(\\)|ip|subdomains|rawBody|payload|json\\(\\)|text\\(\\)|formData\\(\\)|nextUrl)|' +
    'ctx\\.(?:query|params|querystring|path|url|href|headers|host|hostname)|' +
    'event\\.(?:queryStringParameters|multiValueQueryStringParameters|pathParameters|body|headers|rawPath)|' +
    '(?:document\\.)?location(?:\\.(?:hash|search|href|pathname))?|document\\.(?:URL|documentURI|baseURI|referrer|cookie)|' +
    'history\\.state|' +
    '(?:.*\\.)?(?:useParams|useSearchParams|useLocation)\\(\\)|.*\\.searchParams' +
    ')$',
);

/** What the operator or visitor types, sets or loads. */
const local =
  /^(?:process\.argv|process\.stdin|prompt\(\)|process\.env|(?:local|session)Storage\.getItem\(\)|axios\.(?:get|post)\(\)|fetch\(\))$/;

const html: readonly Hazard[] = ['html'];
const path: readonly Hazard[] = ['path'];

const sanitizers: Readonly<Record<string, readonly Hazard[] | 'all'>> = {
  parseInt: 'all',
  parseFloat: 'all',
  Number: 'all',
  Boolean: 'all',
  BigInt: 'all',
  isNaN: 'all',
  'Number.parseInt': 'all',
  'Number.parseFloat': 'all',
  Date: 'all',
  encodeURIComponent: ['html', 'url', 'path', 'header'],
  encodeURI: ['html', 'header'],
  escape: ['html', 'header'],
  'path.basename': path,
  'sanitize-filename': path,
  'DOMPurify.sanitize': html,
  'dompurify.sanitize': html,
  'isomorphic-dompurify.sanitize': html,
  'sanitize-html': html,
  xss: html,
  'he.encode': html,
  'he.escape': html,
  'lodash.escape': html,
  '_.escape': html,
  'escape-html': html,
  'validator.escape': html,
  'shell-quote.quote': ['command'],
  'shell-escape': ['command'],
  'shescape.quote': ['command'],
  'escape-string-regexp': ['pattern'],
  'lodash.escapeRegExp': ['pattern'],
  '_.escapeRegExp': ['pattern'],
  'mongo-sanitize': ['sql', 'query'],
};

const passing =
  /^(?:String|Object|Array|Array\.\w+|Object\.\w+|JSON\.\w+|Buffer|Buffer\.\w+|URL|URLSearchParams|decodeURI|decodeURIComponent|unescape|atob|btoa|Promise\.\w+|path\.\w+|url\.\w+|querystring\.\w+|qs\.\w+|util\.\w+|structuredClone|Map|Set|lodash\.\w+|String\.raw|Symbol)$/;

const exits = /^process\.(?:exit|abort)$/;

/** Methods that call a function with each element. */
const iterators = /^(?:map|forEach|filter|find|findIndex|findLast|some|every|flatMap|then|sort)$/;

/** What is known of JavaScript in browsers and servers, and of its common libraries. */
export const javascriptLibrary: Library = {
  isBuiltin: (name) => builtins.has(name) || modules.has(name),
  sourceOf: (dotted) => (input.test(dotted) ? 'input' : local.test(dotted) ? 'local' : undefined),
  sanitizes,
  passesOn: (dotted) => passing.test(dotted),
  exits: (dotted) => exits.test(dotted),
  parameterValue,
  callbackArguments,
  model: modelJavascript,
};

function sanitizes(dotted: string): readonly Hazard[] | 'all' | undefined {
  if (Object.hasOwn(sanitizers, dotted)) return sanitizers[dotted];
  if (/^Math\.\w+$|^crypto\.(?:createHash|createHmac)\(\)/.test(dotted)) return 'all';
  const name = dotted.slice(dotted.lastIndexOf('.') + 1);
  if (
    /^(?:toFixed|getTime|includes|indexOf|startsWith|endsWith|hasOwnProperty|digest)$/.test(name)
  ) {
    return 'all';
  }
  if (/sanitize.*(?:html|xss)|^purify|sanitizeHtml/i.test(name)) return html;
  if (/(?:^|[a-z_])(?:sanitiz|sanitis|valid|whitelist|allowlist)|^(?:sanitiz|valid)/i.test(name))
    return 'all';
  if (/shell.*(?:quote|escape)|escapeShell/i.test(name)) return ['command'];
  if (/^escapeReg/i.test(name)) return ['pattern'];
  if (/^escapeId$|^(?:mysql|mysql2|sqlstring|pool|connection|db)\.escape$/i.test(dotted))
    return ['sql'];
  if (/escape|encode(?:HTML|Entities)/i.test(name)) return html;
  if (/(?:secure|safe)(?:Filename|Path|Join)/i.test(name)) return path;
  return undefined;
}

function parameterValue(form: FunctionForm, parameter: Parameter, position: number): Value {
  const { annotation = '', target } = parameter;
  if (/^(?:number|boolean|bigint|Date)$/.test(annotation)) return harmlessValue;
  const name = target.kind === 'name' ? target.name : 'argument';
  if (/^(?:req|request)$/i.test(name)) return { ...unknownValue, path: 'req' };
  if (/^(?:ctx|context)$/.test(name)) return { ...unknownValue, path: 'ctx' };
  if (/^(?:res|response|reply|next|done)$/.test(name)) return { ...unknownValue, path: 'res' };
  if (/^(?:event|evt|e)$/.test(name)) return { ...unknownValue, path: 'event' };
  if (/^(?:err|error|cb|callback)$/.test(name) && position <= form.parameters.length) {
    return unknownValue;
  }
  return taintedValue('argument', name, parameter);
}

function callbackArguments(fact: CallFact): readonly Value[] | undefined {
  const { method, receiver } = fact;
  if (receiver !== undefined && iterators.test(method)) {
    const element = method === 'then' ? receiver : elementsOf(receiver);
    return [element, harmlessValue];
  }
  if (method === 'reduce' && receiver !== undefined) return [unknownValue, elementsOf(receiver)];
  const event = textOf(argumentOf(fact, 0)?.value);
  if (/^(?:addEventListener|on|once)$/.test(method)) {
    const data = taintedValue('input', 'the message', fact.form);
    if (event === 'message' && method === 'addEventListener') {
      return [{ ...unknownValue, path: 'event', entries: new Map([['data', data]]) }];
    }
    const fromOutside = /^(?:message|data|chunk|line|payload)$/.test(event ?? '');
    if (fromOutside && method !== 'addEventListener') return [data];
  }
  if (method === 'question') return [taintedValue('local', 'the answer', fact.form)];
  return undefined;
}
