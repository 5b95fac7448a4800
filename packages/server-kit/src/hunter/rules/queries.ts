import { argumentOf, optionOf } from '../flow/facts.ts';
import { textsIn, type Value } from '../flow/value.ts';
import { hitFor, judge, type Hits, type Rule } from './rule.ts';
import { inputWords } from './words.ts';

/** An XPath expression is put together from text that others decide. */
export const xpathInjection: Rule = {
  id: 'xpath-injection',
  cwe: 'CWE-643',
  families: ['python', 'javascript'],
  needs: {
    python: [['xpath', 'XPath', 'iterfind', 'findtext', 'elementpath', 'etree']],
    javascript: [['xpath', 'evaluate']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    const calls =
      context.family === 'python'
        ? /(?:^|\.)(?:xpath|XPath|XPathEvaluator|iterfind|findtext)$|^elementpath\.(?:select|iter_select)$|etree\S*\.(?:find|findall)$/
        : /^(?:xpath|xpath-ts)\.(?:select1?|parse|evaluate)$|^document\.evaluate$/;
    if (!calls.test(fact.path)) return undefined;
    const position = fact.path.startsWith('elementpath') ? 1 : 0;
    const value = argumentOf(fact, position, 'path', '_path', 'expression')?.value;
    const accept = ['input', 'unresolved'] as const;
    return (
      value &&
      hitFor(
        value,
        'query',
        this.cwe,
        (who) =>
          `The XPath expression contains ${who}, who can select other nodes with it. Pass the value as a variable.`,
        accept,
      )
    );
  },
};

/** An LDAP filter is put together from text that others decide. */
export const ldapInjection: Rule = {
  id: 'ldap-injection',
  cwe: 'CWE-90',
  families: ['python', 'javascript'],
  needs: {
    python: [['search', 'modify_s', 'delete_s']],
    javascript: [['search', 'modify_s', 'delete_s']],
  },
  call(fact, context): Hits {
    if (
      fact.isLocal ||
      !/(?:^|\.)(?:search|search_s|search_ext|search_ext_s|search_st|modify_s|delete_s)$/.test(
        fact.path,
      )
    )
      return undefined;
    // In JavaScript the filter is an option, and what follows is a callback.
    const positional = context.family === 'python' ? fact.arguments.slice(0, 3) : [];
    const filters = positional.map(({ value }) => value);
    const named = argumentOf(fact, undefined, 'search_filter', 'filterstr', 'filter')?.value;
    const option = optionOf(fact, 'filter');
    for (const filter of [named, option]) if (filter !== undefined) filters.push(filter);
    const isDirectory = /ldap/i.test(fact.path) || filters.some(looksLikeFilter);
    if (!isDirectory) return undefined;
    for (const value of filters) {
      const hit = hitFor(
        value,
        'query',
        this.cwe,
        (who) =>
          `The LDAP filter contains ${who}, where \`)(\` changes what is asked. Escape it with escape_filter_chars.`,
        ['input', 'unresolved'],
      );
      if (hit !== undefined) return hit;
    }
    return undefined;
  },
};

function looksLikeFilter(value: Value): boolean {
  const texts = [value.text ?? '', ...textsIn(value)];
  return texts.some(
    (text) => /^\s*\(?[&|!]?\(?\w+[~<>]?=/.test(text) || /(?:^|,)(?:dc|ou|cn)=/i.test(text),
  );
}

const mongo =
  /(?:^|\.)(?:find|findOne|findOneAndUpdate|findOneAndDelete|findById|updateOne|updateMany|update|deleteOne|deleteMany|remove|count|countDocuments|aggregate|\$where)$/;
const pymongo =
  /\.(?:find|find_one|update_one|update_many|delete_one|delete_many|find_one_and_\w+|aggregate)$/;

/** A query object is taken from the client, with the operators in it. */
export const nosqlInjection: Rule = {
  id: 'nosql-injection',
  cwe: 'CWE-943',
  families: ['javascript', 'python'],
  needs: {
    python: [['find', 'update_', 'delete_', 'aggregate'], inputWords.python],
    javascript: [
      ['find', 'update', 'delete', 'remove', 'count', 'aggregate', 'where'],
      inputWords.javascript,
    ],
  },
  call(fact, context): Hits {
    const methods = context.family === 'python' ? pymongo : mongo;
    if (fact.isLocal || !methods.test(fact.path)) return undefined;
    const value = fact.arguments[0]?.value;
    if (value === undefined || value.closure !== undefined) return undefined;
    const where = value.entries?.get('$where');
    const judged = judge(where ?? value, 'sql', this.cwe);
    // Only an object or the whole body can carry operators; text joined in the program cannot.
    const isQuery =
      where !== undefined ||
      value.entries !== undefined ||
      /(?:req|request)\.(?:body|query|json)/.test(value.path ?? '');
    if (judged.evidence !== 'input' || !isQuery) return undefined;
    return {
      message: `The query takes ${judged.who} as it is, and \`{"$ne": null}\` in it matches everything. Turn values into text first.`,
      severity: judged.severity,
      confidence: where === undefined ? 0.6 : 0.85,
    };
  },
};
