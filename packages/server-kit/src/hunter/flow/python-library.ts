import type { FunctionForm, Parameter } from '../form/form.ts';
import { argumentOf } from './facts.ts';
import type { Library } from './library.ts';
import { modelPython } from './python-models.ts';
import { harmlessValue, taintedValue, unknownValue, type Hazard, type Value } from './value.ts';

const builtins = new Set(
  (
    '__builtins__ __doc__ __file__ __import__ __name__ __package__ __path__ __spec__ abs aiter all anext any ' +
    'apply ascii basestring bin bool breakpoint buffer bytearray bytes callable chr classmethod cmp compile ' +
    'complex copyright credits delattr dict dir divmod enumerate eval exec execfile exit file filter float ' +
    'format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len ' +
    'license list locals long map max memoryview min next object oct open ord pow print property quit range ' +
    'raw_input reduce reload repr reversed round set setattr slice sorted staticmethod str sum super tuple ' +
    'type unichr unicode vars xrange zip Ellipsis NotImplemented Exception BaseException ValueError TypeError ' +
    'KeyError IndexError OSError IOError RuntimeError StopIteration AttributeError ImportError NameError ' +
    'KeyboardInterrupt SystemExit PermissionError FileNotFoundError UnicodeDecodeError NotImplementedError ' +
    'AssertionError ArithmeticError ZeroDivisionError OverflowError LookupError EOFError TimeoutError ' +
    'ConnectionError self cls'
  ).split(' '),
);

/** Modules that snippets use without importing them. */
const modules = new Set(
  (
    'os sys re subprocess json yaml pickle requests hashlib random tempfile socket ssl shutil urllib urllib2 ' +
    'urllib3 flask django jwt sqlite3 psycopg2 pymysql MySQLdb mysql logging time datetime math base64 string ' +
    'tarfile zipfile xml lxml etree ftplib telnetlib smtplib paramiko httpx aiohttp secrets uuid marshal shelve ' +
    'dill ast codecs jinja2 np numpy pd pandas torch boto3 redis pymongo elasticsearch ldap ldap3 webrepl'
  ).split(' '),
);

const requestParts =
  'args|form|values|json|data|cookies|headers|files|query_string|full_path|path|url|base_url|GET|POST|COOKIES|META|' +
  'FILES|body|query_params|path_params|match_info|query|params|rel_url|stream|get_json\\(\\)|get_data\\(\\)|' +
  'json\\(\\)|post\\(\\)|body\\(\\)|form\\(\\)|text\\(\\)|read\\(\\)|arguments|host|host_url|referrer|user_agent|' +
  'environ|rfile|requestline|get_host\\(\\)|get_full_path\\(\\)|build_absolute_uri\\(\\)|view_args|authorization';

/** What clients send. */
const input = new RegExp(
  `^(?:(?:.*\\.)?request\\.(?:${requestParts})|` +
    'self\\.(?:get_(?:query_|body_)?arguments?\\(\\)|headers)|' +
    'socket\\.socket\\(\\)(?:\\.accept\\(\\)\\[\\])?\\.recv(?:from)?\\(\\))$',
);

/** What the operator types, sets or loads. */
const local =
  /^(?:(?:raw_)?input\(\)|sys\.argv|sys\.stdin|fileinput\.input\(\)|.*\.parse_(?:known_)?args\(\)|os\.environ|os\.environb|os\.getenv\(\)|os\.getenvb\(\)|requests\.(?:get|post|put|request)\(\)|urllib\.request\.urlopen\(\)|urllib2\.urlopen\(\)|httpx\.(?:get|post)\(\))$/;

const html: readonly Hazard[] = ['html'];
const path: readonly Hazard[] = ['path'];
const query: readonly Hazard[] = ['query'];
const command: readonly Hazard[] = ['command'];

const sanitizers: Readonly<Record<string, readonly Hazard[] | 'all'>> = {
  int: 'all',
  float: 'all',
  bool: 'all',
  complex: 'all',
  len: 'all',
  ord: 'all',
  hash: 'all',
  id: 'all',
  round: 'all',
  isinstance: 'all',
  hasattr: 'all',
  callable: 'all',
  type: 'all',
  range: 'all',
  'uuid.UUID': 'all',
  'decimal.Decimal': 'all',
  'datetime.datetime.strptime': 'all',
  'datetime.date.fromisoformat': 'all',
  'datetime.datetime.fromisoformat': 'all',
  'ipaddress.ip_address': 'all',
  'shlex.quote': command,
  'pipes.quote': command,
  'shlex.join': command,
  'html.escape': html,
  'cgi.escape': html,
  'markupsafe.escape': html,
  'flask.escape': html,
  'bleach.clean': html,
  'nh3.clean': html,
  'xml.sax.saxutils.escape': html,
  'django.utils.html.escape': html,
  'django.utils.html.conditional_escape': html,
  'django.utils.html.strip_tags': html,
  'os.path.basename': path,
  'werkzeug.utils.secure_filename': path,
  'werkzeug.secure_filename': path,
  'werkzeug.utils.safe_join': path,
  'flask.safe_join': path,
  'django.utils._os.safe_join': path,
  'django.utils.text.get_valid_filename': path,
  'django.utils.text.slugify': 'all',
  'urllib.parse.quote': ['html', 'header'],
  'urllib.parse.quote_plus': ['html', 'header', 'path', 'url'],
  'urllib.parse.urlencode': ['html', 'header'],
  'urllib.quote': ['html', 'header'],
  're.escape': ['pattern'],
  'ldap.filter.escape_filter_chars': query,
  'ldap3.utils.conv.escape_filter_chars': query,
  'psycopg2.sql.Identifier': ['sql'],
  'psycopg2.sql.Literal': ['sql'],
  'flask.url_for': 'all',
  'django.urls.reverse': 'all',
};

/** Calls that give their arguments back in another dress. */
const passing =
  /^(?:str|repr|bytes|bytearray|list|tuple|dict|set|frozenset|sorted|reversed|iter|next|enumerate|zip|map|filter|max|min|format|getattr|unicode|super|os\.path\.\w+|os\.fspath|pathlib\.\w+|urllib\.parse\.\w+|urlparse\.\w+|urllib\.unquote\w*|base64\.\w+|binascii\.\w+|json\.\w+|codecs\.\w+|html\.unescape|copy\.\w+|io\.\w+|StringIO\.\w+|shlex\.split|string\.Template|textwrap\.\w+|asyncio\.\w+|typing\.cast|yaml\.safe_load|collections\.\w+|itertools\.\w+|functools\.\w+|sqlalchemy\.text|sqlalchemy\.sql\.text|re\.\w+|tempfile\.\w+)$/;

const exits =
  /^(?:sys\.exit|os\._exit|exit|quit|(?:flask\.|bottle\.|werkzeug\.exceptions\.)?abort|os\.abort|pytest\.fail|pytest\.skip)$/;

const routeDecorator =
  /(?:^|\.)(?:route|get|post|put|delete|patch|head|options|websocket|api_route|api_view|view_config|expose|endpoint)$/;

const harmlessType =
  /^(?:int|float|bool|complex|UUID|uuid\.UUID|date|datetime|Decimal|Literal\[.*\]|Optional\[(?:int|float|bool)\]|(?:int|float|bool)\s*\|\s*None)$/;

/** What is known of Python, its standard library and its common web frameworks. */
export const pythonLibrary: Library = {
  isBuiltin: (name) => builtins.has(name) || modules.has(name),
  sourceOf: (dotted) => (input.test(dotted) ? 'input' : local.test(dotted) ? 'local' : undefined),
  sanitizes,
  passesOn: (dotted) => passing.test(dotted),
  exits: (dotted) => exits.test(dotted),
  parameterValue,
  callbackArguments: (fact) => {
    const iterable = /^(?:map|filter|sorted)$/.test(fact.path) ? argumentOf(fact, 1) : undefined;
    return iterable === undefined ? undefined : [iterable.value];
  },
  model: modelPython,
};

function sanitizes(dotted: string): readonly Hazard[] | 'all' | undefined {
  if (Object.hasOwn(sanitizers, dotted)) return sanitizers[dotted];
  const name = dotted.slice(dotted.lastIndexOf('.') + 1);
  if (/^(?:hexdigest|digest|isdigit|isalnum|count|index|find|startswith|endswith)$/.test(name)) {
    return 'all';
  }
  if (/(?:^|_)(?:sanitiz|sanitis|purif|valid|whitelist|allowlist)/i.test(name)) return 'all';
  if (/shell.*(?:quote|escape)|quote_?(?:shell|arg)/i.test(name)) return command;
  if (
    /(?:escape|quote|encode)_?(?:for_)?(?:ldap|filter|xpath)|(?:ldap|filter|xpath)_?escape/i.test(
      name,
    )
  ) {
    return query;
  }
  if (
    /(?:escape|clean|strip)_?(?:for_)?(?:html|tags|xss)|(?:html|xss)_?escape|^escape$/i.test(name)
  ) {
    return html;
  }
  if (/(?:secure|safe)_?(?:filename|path|join)/i.test(name)) return path;
  return undefined;
}

function parameterValue(form: FunctionForm, parameter: Parameter, position: number): Value {
  if (parameter.target.kind !== 'name') return unknownValue;
  const { name } = parameter.target;
  if (position === 0 && /^(?:self|cls|mcs)$/.test(name)) return { ...unknownValue, path: 'self' };
  if (/^(?:request|req)$/.test(name)) return { ...unknownValue, path: 'request' };
  if (parameter.annotation !== undefined && harmlessType.test(parameter.annotation)) {
    return harmlessValue;
  }
  if (/^(?:[A-Za-z.]*\.)?(?:Request|HttpRequest)$/.test(parameter.annotation ?? '')) {
    return { ...unknownValue, path: 'request' };
  }
  // An AWS Lambda function is called with (event, context) whatever its module is named.
  if (name === 'event' && form.parameters.length === 2 && /handler/i.test(form.name ?? '')) {
    return { ...taintedValue('input', name, parameter), path: 'event' };
  }
  if (isRouted(form) && !isInjected(parameter)) return taintedValue('input', name, parameter);
  return taintedValue('argument', name, parameter);
}

/** Whether a web framework calls the function with parts of the address or the body. */
function isRouted(form: FunctionForm): boolean {
  return form.decorators.some((decorator) => {
    const callee = decorator.kind === 'call' ? decorator.callee : decorator;
    return callee.kind === 'member'
      ? routeDecorator.test(`.${callee.property}`)
      : callee.kind === 'name' && callee.name === 'route';
  });
}

/** FastAPI gives what `Depends` makes, not what the client sends. */
function isInjected(parameter: Parameter): boolean {
  const { fallback } = parameter;
  return (
    fallback?.kind === 'call' &&
    fallback.callee.kind === 'name' &&
    /^(?:Depends|Security|Inject)$/.test(fallback.callee.name)
  );
}
