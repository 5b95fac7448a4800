import { replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, hasSpread, optionOf, type CallFact } from '../flow/facts.ts';
import { constantOf, textOf } from '../flow/value.ts';
import { judge, type Hit, type Hits, type Rule, type RuleContext } from './rule.ts';

const python =
  /^(?:_?c?[pP]ickle|dill|cloudpickle|marshal|jsonpickle(?:\.unpickler)?|joblib|pandas|pd|shelve|torch|numpy|np|yaml|ruamel\.yaml|six\.moves\.cPickle|django\.core\.signing\.PickleSerializer)\.(?:loads?|decode|read_pickle|open|Unpickler|DbfilenameShelf|unsafe_load|unsafe_load_all|full_load|full_load_all|load_all|YAML)$/;
const javascript =
  /^(?:node-serialize\.unserialize|serialize-to-js\.deserialize|serialize-javascript\.deserialize|funcster\.deepDeserialize|cryo\.parse|v8\.deserialize|js-yaml\.(?:load|loadAll|unsafeLoad)|serialijse\.deserialize|unserialize)$/;

/** Bytes of unknown origin are turned into objects that may run code. */
export const unsafeDeserialization: Rule = {
  id: 'unsafe-deserialization',
  cwe: 'CWE-502',
  families: ['python', 'javascript'],
  needs: {
    python: [
      [
        'ickle',
        'dill',
        'marshal',
        'joblib',
        'pandas',
        'shelve',
        'torch',
        'numpy',
        'yaml',
        /\b(?:pd|np)\b/,
      ],
      ['load', 'decode', 'open', 'ickle', 'Shelf', 'YAML'],
    ],
    javascript: [['erialize', 'cryo', 'yaml', 'serialijse']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    if (!(context.family === 'python' ? python : javascript).test(fact.path)) return undefined;
    if (fact.path.startsWith('js-yaml') && !usesFullSchema(fact)) return undefined;
    if (isGuarded(fact)) return undefined;
    const data = fact.arguments[0]?.value;
    if (data === undefined) return undefined;
    const judged = judge(data, 'deserialisation', this.cwe);
    const module = fact.path.split('.')[0] ?? '';
    const message = `${context.text(fact.form.callee)} can run code hidden in the data, which is ${judged.who}. Use a format that only holds data, as JSON.`;
    const fix = /^(?:yaml|ruamel)/.test(fact.path) ? yamlFix(fact, context) : undefined;
    return { message, ...grade(judged.evidence, judged, module), fix };
  },
};

function grade(
  evidence: string,
  judged: { severity: Hit['severity']; confidence: number },
  module: string,
): { severity: Hit['severity']; confidence: number } {
  if (evidence === 'input' || evidence === 'local') return judged;
  if (evidence === 'unresolved') return { severity: 'high', confidence: 0.65 };
  if (evidence === 'constant' && module !== 'shelve' && module !== 'torch') {
    return { severity: 'low', confidence: 0.4 };
  }
  // These read what the program itself wrote more often than what others send.
  const isOwn = /^(?:shelve|torch|joblib|numpy|np|pandas|pd|marshal)$/.test(module);
  return isOwn ? { severity: 'low', confidence: 0.5 } : { severity: 'medium', confidence: 0.55 };
}

function isGuarded(fact: CallFact): boolean {
  const { path } = fact;
  if (/^(?:yaml|ruamel\.yaml)\.load(?:_all)?$/.test(path)) {
    const loader = argumentOf(fact, 1, 'Loader')?.value;
    if (loader === undefined) return hasSpread(fact);
    return /(?:^|\.)C?(?:Safe|Base)Loader$|Safe/.test(loader.path ?? '');
  }
  if (/^(?:yaml|ruamel\.yaml)\.full_load/.test(path)) return false;
  if (/YAML$/.test(path)) return textOf(argumentOf(fact, undefined, 'typ')?.value) !== 'unsafe';
  if (/^torch\.load$/.test(path)) {
    const only = argumentOf(fact, undefined, 'weights_only')?.value;
    return hasSpread(fact) || (only !== undefined && constantOf(only) !== false);
  }
  if (/^(?:numpy|np)\./.test(path)) {
    const allow = argumentOf(fact, undefined, 'allow_pickle')?.value;
    return allow === undefined || constantOf(allow) !== true;
  }
  if (/^(?:pandas|pd)\./.test(path)) return !path.endsWith('read_pickle');
  if (/^shelve\./.test(path)) return !/open$|Shelf$/.test(path);
  return /^(?:torch|joblib|dill|marshal)\.open$/.test(path);
}

function usesFullSchema(fact: CallFact): boolean {
  return /unsafe|FULL/.test(`${fact.path} ${optionOf(fact, 'schema')?.path ?? ''}`);
}

function yamlFix(fact: CallFact, context: RuleContext): FixPlan | undefined {
  const { callee } = fact.form;
  const description = 'Load plain data only';
  const loader = argumentOf(fact, 1, 'Loader');
  if (loader !== undefined) {
    const { form } = loader;
    if (form.kind !== 'member') return undefined;
    return { tier: 'apply', description, edits: [replace(form.propertySpan, 'SafeLoader')] };
  }
  if (
    callee.kind !== 'member' ||
    !/^(?:load|load_all|unsafe_load|unsafe_load_all|full_load|full_load_all)$/.test(fact.method)
  ) {
    return undefined;
  }
  if (!/yaml$/.test(context.text(callee.object)) && fact.receiver?.path !== 'yaml')
    return undefined;
  const name = fact.method.endsWith('_all') ? 'safe_load_all' : 'safe_load';
  return { tier: 'apply', description, edits: [replace(callee.propertySpan, name)] };
}
