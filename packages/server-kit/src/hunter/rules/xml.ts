import { replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, optionOf } from '../flow/facts.ts';
import { constantOf } from '../flow/value.ts';
import { judge, type Hits, type Rule } from './rule.ts';

const message =
  'A document can name files and addresses here that the parser then reads. Turn external entities off, or use defusedxml.';
const standardParsers =
  /^(?:xml\.etree\.(?:c?ElementTree)\.(?:parse|iterparse|fromstring|XML|XMLParser)|xml\.sax\.(?:parse|parseString|make_parser)|xml\.sax\.expatreader\.create_parser|xml\.dom\.(?:minidom|pulldom|expatbuilder)\.(?:parse|parseString)|xmlrpc\.client\.ServerProxy)$/;
const lxmlParsers = /^lxml\.etree\.(?:parse|fromstring|XML|iterparse)$/;

/** A parser that follows what a document names. */
export const xmlExternalEntities: Rule = {
  id: 'xml-external-entities',
  cwe: 'CWE-611',
  families: ['python', 'javascript'],
  needs: {
    python: [['xml', 'etree', 'setFeature']],
    javascript: [['libxml']],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    if (context.family === 'javascript') {
      const parses = /^libxmljs2?\.(?:parseXml|parseXmlString|parseXMLString|parse)$/.test(
        fact.path,
      );
      const noent = optionOf(fact, 'noent');
      const isOn = noent !== undefined && constantOf(noent) === true;
      return parses && isOn ? { message, severity: 'high', confidence: 0.85 } : undefined;
    }
    if (/(?:^|\.)etree\.XMLParser$|^lxml\.etree\.XMLParser$/.test(fact.path)) {
      const resolve = argumentOf(fact, undefined, 'resolve_entities');
      const network = argumentOf(fact, undefined, 'no_network');
      const isOn = resolve !== undefined && constantOf(resolve.value) === true;
      const fetches = network !== undefined && constantOf(network.value) === false;
      if (!isOn && !fetches) return undefined;
      const option = isOn ? resolve : network;
      const fix: FixPlan | undefined = option && {
        tier: 'propose',
        description: 'Leave external entities unread',
        edits: [replace(option.form, isOn ? 'False' : 'True')],
      };
      return { message, severity: 'high', confidence: 0.85, fix };
    }
    if (fact.method === 'setFeature') {
      const feature = fact.arguments[0]?.value.path ?? '';
      const isOn =
        fact.arguments[1] !== undefined &&
        [true, 1].includes(constantOf(fact.arguments[1].value) as number);
      return /feature_external_(?:ges|pes)$/.test(feature) && isOn
        ? { message, severity: 'high', confidence: 0.85 }
        : undefined;
    }
    if (!standardParsers.test(fact.path) && !lxmlParsers.test(fact.path)) return undefined;
    if (argumentOf(fact, undefined, 'parser') !== undefined || fact.arguments.length === 0)
      return undefined;
    const value = fact.arguments[0]?.value;
    const judged = value && judge(value, 'deserialisation', this.cwe);
    // A fixed name says nothing of what the file holds; a fixed document says all.
    const readsFile = /\.(?:parse|iterparse)$/.test(fact.path);
    if (judged === undefined || (judged.evidence === 'constant' && !readsFile)) return undefined;
    const isInput = judged.evidence === 'input';
    return {
      message: `The document is ${judged.who}. ${message}`,
      severity: isInput ? 'medium' : 'low',
      confidence: isInput ? 0.6 : 0.4,
    };
  },
};
