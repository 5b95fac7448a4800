import type { OperationName } from '@ide-assistant/sdk/protocol';
import type { PolicyContext, PolicyRequest } from '../../src/governance/index.ts';

export interface Asked extends Omit<PolicyContext, 'sessionId'> {
  kind?: 'user' | 'assistant';
  userId?: string;
  roles?: readonly string[];
  sessionId?: string;
}

/** A request of a developer named ada, unless told otherwise. */
export function ask(action: OperationName, asked: Asked = {}): PolicyRequest {
  const {
    kind = 'user',
    userId = 'ada',
    roles = ['developer'],
    sessionId = 's_1',
    ...context
  } = asked;
  return {
    principal: { kind, userId, roles },
    action,
    resource:
      context.path === undefined ? { kind: 'workspace' } : { kind: 'path', path: context.path },
    context: { ...context, sessionId },
  };
}
