import { addArgument, replace, type FixPlan } from '../fixes/edit.ts';
import { argumentOf, hasSpread, type CallFact } from '../flow/facts.ts';
import { constantOf, hole, textOf, type Value } from '../flow/value.ts';
import type { Expression, FunctionForm } from '../form/form.ts';
import { hitFor, judge, type Hit, type Hits, type Rule, type RuleContext } from './rule.ts';
import { pageWords } from './words.ts';

const cwe = 'CWE-79';
const explain = (who: string): string =>
  `${capital(who)} becomes part of the page unescaped, and a script in it runs for every visitor. Escape it, or set it as text.`;

const pythonSinks =
  /^(?:(?:flask|markupsafe|jinja2)\.Markup|(?:django\.utils\.)?(?:safestring\.)?(?:mark_safe|SafeString|SafeText)|django\.utils\.html\.html_safe|django\.http\.HttpResponse|(?:flask\.)?make_response|(?:flask\.)?Response|(?:fastapi\.responses|starlette\.responses)\.HTMLResponse|aiohttp\.web\.Response)$/;
const javascriptSinks =
  /(?:^|\.)(?:insertAdjacentHTML|document\.write(?:ln)?|createContextualFragment|parseHTML|bypassSecurityTrust(?:Html|Script|Url|ResourceUrl|Style)|setHTMLUnsafe)$|^document\.write(?:ln)?$|^(?:\$|jQuery)\(\)(?:\.\w+\(\))*\.(?:html|append|prepend|after|before|replaceWith|wrap)$|^(?:\$|jQuery)\.(?:globalEval|parseHTML)$/;
const responses = /^(?:res|response|reply)(?:\.\w+\(\))*\.(?:send|write|end)$/;
const properties = /^(?:innerHTML|outerHTML|srcdoc|escapeMarkup)$/;

/** Text that others decide is taken for HTML. */
export const crossSiteScripting: Rule = {
  id: 'cross-site-scripting',
  cwe,
  families: ['python', 'javascript'],
  needs: {
    python: [
      ['Markup', 'mark_safe', 'Safe', 'html_safe', 'Response', 'make_response', ...pageWords],
    ],
    javascript: [
      [
        '$',
        'jQuery',
        'HTML',
        'document',
        'Fragment',
        'bypassSecurityTrust',
        'escapeMarkup',
        /\b(?:send|write|end|href|src|srcdoc|action|formAction|srcDoc)\b/,
      ],
    ],
  },
  call(fact, context): Hits {
    if (fact.isLocal) return undefined;
    return context.family === 'python' ? pythonCall(fact) : javascriptCall(fact);
  },
  assign(fact, context): Hits {
    if (context.family !== 'javascript' || fact.receiver === undefined) return undefined;
    if (!properties.test(fact.name)) return undefined;
    if (fact.name === 'escapeMarkup') {
      return constantOf(fact.value) === false
        ? {
            message: 'Escaping is switched off, so every value may bring a script.',
            severity: 'medium',
            confidence: 0.7,
          }
        : undefined;
    }
    const { target, value } = fact.form;
    const isPlain =
      fact.form.operator === '=' &&
      fact.name === 'innerHTML' &&
      target.kind === 'member' &&
      value.kind !== 'template' &&
      value.kind !== 'sum' &&
      (fact.value.text ?? '') === '';
    const fix: FixPlan | undefined =
      isPlain && target.kind === 'member'
        ? {
            tier: 'propose',
            description: 'Set the value as text, not as HTML',
            edits: [replace(target.propertySpan, 'textContent')],
          }
        : undefined;
    const hit = markupHit(fact.value);
    return hit && { ...hit, fix };
  },
  element(form, attributes): Hits {
    return form.attributes.flatMap((attribute): Hit[] => {
      const value = attributes.get(attribute.name);
      if (value === undefined) return [];
      if (attribute.name === 'dangerouslySetInnerHTML') {
        const html = value.entries?.get('__html') ?? value;
        const hit = markupHit(html);
        return hit === undefined ? [] : [{ ...hit, at: attribute }];
      }
      if (!/^(?:href|src|action|formAction|srcDoc)$/.test(attribute.name)) return [];
      const hit = hitFor(value, 'html', cwe, explain, ['input']);
      return hit === undefined || /^[^\0]*[:/?#]/.test(value.text ?? '')
        ? []
        : [{ ...hit, at: attribute }];
    });
  },
  returned(form, value, from, context): Hits {
    if (context.family !== 'python' || !isPage(from) || !isMarkup(value, form)) return undefined;
    return hitFor(value, 'html', cwe, explain, ['input']);
  },
};

function pythonCall(fact: CallFact): Hit | undefined {
  const value = argumentOf(fact, 0, 'content', 'response', 'body', 'text', 'object', 's')?.value;
  if (value === undefined || !pythonSinks.test(fact.path)) return undefined;
  const isMarker = /Markup|mark_safe|Safe/.test(fact.path);
  const type = textOf(argumentOf(fact, undefined, 'content_type', 'mimetype', 'media_type')?.value);
  if (type !== undefined && !/html|xml/.test(type)) return undefined;
  if (isMarker) {
    // A fixed text that is marked as safe is what the mark is for; a built one is not.
    if (value.constants !== undefined && !isBuilt(fact)) return undefined;
    return (
      hitFor(value, 'html', cwe, explain) ??
      (judge(value, 'html', cwe).evidence === 'clean'
        ? undefined
        : {
            message: explain('a value computed at run time'),
            severity: value.constants === undefined ? 'medium' : 'low',
            confidence: 0.5,
          })
    );
  }
  return hitFor(value, 'html', cwe, explain, ['input']);
}

function isBuilt(fact: CallFact): boolean {
  const kind = fact.arguments[0]?.form.kind;
  return kind !== 'literal';
}

function javascriptCall(fact: CallFact): Hit | undefined {
  if (responses.test(fact.path)) {
    const value = fact.arguments[0]?.value;
    // An object is sent as JSON; only text is a page.
    if (value === undefined || value.entries !== undefined || value.sequence !== undefined)
      return undefined;
    if (/\.body$/.test(value.path ?? '')) return undefined;
    return hitFor(value, 'html', cwe, explain, ['input']);
  }
  if (!javascriptSinks.test(fact.path)) return undefined;
  const position = /insertAdjacentHTML$/.test(fact.path) ? 1 : 0;
  const values = fact.path.includes('document.write')
    ? fact.arguments
    : fact.arguments.slice(position, position + 1);
  for (const { value } of values) {
    const isJquery = /^(?:\$|jQuery)\(\)/.test(fact.path);
    const hit =
      isJquery && !fact.path.endsWith('.html')
        ? hitFor(value, 'html', cwe, explain, ['input'])
        : markupHit(value);
    if (hit !== undefined) return hit;
  }
  return undefined;
}

function markupHit(value: Value): Hit | undefined {
  const judged = judge(value, 'html', cwe);
  const { evidence, who } = judged;
  if (evidence === 'clean' || evidence === 'constant') return undefined;
  const message = explain(who);
  if (evidence === 'input')
    return { message, severity: judged.severity, confidence: judged.confidence };
  if (evidence === 'dynamic')
    return { message, severity: 'low', confidence: value.text === undefined ? 0.35 : 0.45 };
  return { message, severity: 'medium', confidence: evidence === 'unresolved' ? 0.6 : 0.5 };
}

/** Whether the function answers requests with a page. */
function isPage(from: FunctionForm): boolean {
  return from.decorators.some((decorator) => {
    const callee = decorator.kind === 'call' ? decorator.callee : decorator;
    return callee.kind === 'member' && /^(?:route|get|post)$/.test(callee.property);
  });
}

function isMarkup(value: Value, form: Expression): boolean {
  const text = value.text ?? '';
  return (
    /<\s*[a-z!/]/i.test(text) ||
    (text.includes(hole) && form.kind !== 'call') ||
    form.kind === 'name'
  );
}

/** A template engine that does not escape. */
export const autoescapeDisabled: Rule = {
  id: 'autoescape-disabled',
  cwe,
  families: ['python'],
  needs: {
    python: [['Environment']],
  },
  call(fact): Hits {
    if (
      !/^jinja2\.(?:Environment|environment\.Environment)$/.test(fact.path) &&
      fact.path !== 'Environment'
    )
      return undefined;
    if (
      fact.isLocal ||
      (fact.path === 'Environment' && argumentOf(fact, undefined, 'loader') === undefined)
    )
      return undefined;
    const option = argumentOf(fact, undefined, 'autoescape');
    const message = 'This template engine puts values into pages unescaped. Turn autoescape on.';
    if (option === undefined) {
      if (hasSpread(fact)) return undefined;
      return { message, severity: 'medium', confidence: 0.7, fix: addFix(fact) };
    }
    if (constantOf(option.value) !== false) return undefined;
    const fix: FixPlan = {
      tier: 'apply',
      description: 'Turn autoescape on',
      edits: [replace(option.form, 'True')],
    };
    return { message, severity: 'high', confidence: 0.85, fix };
  },
};

function addFix(fact: CallFact): FixPlan | undefined {
  const edit = addArgument(fact, 'autoescape=True');
  return edit && { tier: 'apply', description: 'Turn autoescape on', edits: [edit] };
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A template that others write. */
export const templateInjection: Rule = {
  id: 'template-injection',
  cwe: 'CWE-1336',
  families: ['python', 'javascript'],
  needs: {
    python: [['render_template_string', 'Template', 'from_string']],
    javascript: [
      [
        'ejs',
        'pug',
        'jade',
        'andlebars',
        'nunjucks',
        'mustache',
        'template',
        'swig',
        'hogan',
        'eta',
      ],
    ],
  },
  call(fact, context: RuleContext): Hits {
    if (fact.isLocal) return undefined;
    const python =
      /^(?:(?:flask\.)?render_template_string|jinja2\.(?:Template|environment\.Template)|jinja2\.Environment\(\)\.from_string|mako\.template\.Template|django\.template\.Template|tornado\.template\.Template)$|\.from_string$/;
    const javascript =
      /^(?:ejs\.(?:render|compile)|pug\.(?:render|compile)|jade\.(?:render|compile)|handlebars\.compile|Handlebars\.compile|nunjucks\.(?:renderString|compile)|mustache\.render|lodash\.template|_\.template|underscore\.template|dot\.template|doT\.template|swig\.render|hogan\.js\.compile|eta\.renderString)$/;
    if (!(context.family === 'python' ? python : javascript).test(fact.path)) return undefined;
    const value = argumentOf(fact, 0, 'source', 'template')?.value;
    return (
      value &&
      hitFor(
        value,
        'code',
        this.cwe,
        (who) =>
          `The template itself contains ${who}, and templates run code. Keep the template fixed and pass values to it.`,
      )
    );
  },
};
