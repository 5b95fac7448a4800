import { parseArgs } from 'node:util';
import { isOperationName } from '@ide-assistant/sdk/protocol';
import type { PolicyContext, PolicyRequest } from '../../governance/index.ts';
import { languageName } from '../../operations/language-name.ts';
import { explanationOf, inWords } from './explanation.ts';
import { openEngine } from './open-engine.ts';
import type { CommandIo } from './policy.ts';
import { UsageError } from './usage-error.ts';

/**
 * Says how a request would be decided, by which policies, and where they stand.
 * @returns 0, or 1 when the policies are at fault.
 */
export async function explainDecision(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals: files } = parse(args);
  const request = requestOf(values);
  const errors: Error[] = [];
  const engine = await openEngine({ files, defaults: values.defaults }, io, (error) =>
    errors.push(error),
  );
  if (!engine) return 1;
  const explanation = explanationOf(engine, request, values.approved);
  engine.close();
  const { decision } = explanation;
  if (decision.effect === 'block' && decision.code === 'REQUEST_INVALID') {
    throw new UsageError(`No server would ask this: ${errors[0]?.message}.`);
  }
  io.out(values.json ? `${JSON.stringify(explanation, null, 2)}\n` : inWords(explanation));
  for (const error of errors) io.err(`${error.message}\n`);
  return 0;
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    allowNegative: true,
    options: {
      defaults: { type: 'boolean', default: true },
      action: { type: 'string' },
      path: { type: 'string' },
      role: { type: 'string', multiple: true, default: [] },
      user: { type: 'string', default: 'user' },
      assistant: { type: 'boolean', default: false },
      session: { type: 'string', default: 'session' },
      size: { type: 'string' },
      language: { type: 'string' },
      risk: { type: 'string' },
      finding: { type: 'string', multiple: true, default: [] },
      directory: { type: 'boolean', default: false },
      recursive: { type: 'boolean', default: false },
      approved: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
}

function requestOf(values: Values): PolicyRequest {
  const action = values.action?.replace(/^ide_/, '') ?? '';
  if (!isOperationName(action)) {
    throw new UsageError(
      action === '' ? 'Which --action?' : `There is no operation ide_${action}.`,
    );
  }
  const { path, language, size, risk } = values;
  const context: PolicyContext = {
    sessionId: values.session,
    isDirectory: values.directory,
    recursive: values.recursive,
    findings: values.finding,
    ...(path === undefined ? {} : { path }),
    ...(language === undefined ? {} : { language: languageName(language) }),
    ...(size === undefined ? {} : { size: wholeNumber('size', size) }),
    ...(risk === undefined ? {} : { riskScore: wholeNumber('risk', risk, 100) }),
  };
  return {
    principal: {
      kind: values.assistant ? 'assistant' : 'user',
      userId: values.user,
      roles: values.role.flatMap((roles) => roles.split(',')),
    },
    action,
    resource: path === undefined ? { kind: 'workspace' } : { kind: 'path', path },
    context,
  };
}

function wholeNumber(name: string, text: string, max = Number.MAX_SAFE_INTEGER): number {
  if (/^\d{1,16}$/.test(text) && Number(text) <= max) return Number(text);
  throw new UsageError(`--${name} takes a whole number from 0 to ${max}.`);
}
