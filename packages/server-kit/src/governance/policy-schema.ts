import { actionOf, type OperationName } from '@ide-assistant/sdk/protocol';
import { actionGroups } from './action-groups.ts';

/**
 * What a policy may speak of, in Cedar's schema language; every policy is checked against it at
 * start. Records cannot extend one another in Cedar, so all actions share one context.
 */
export const policySchema = `namespace IDE {
  // A role of the signed-in user, as the host names it.
  entity Role;
  // A signed-in person; the id is the user's id.
  entity User in [Role];
  // The assistant while it acts for a person; the id is that person's, the roles too.
  entity Assistant in [Role];
  // The id is the session's.
  entity Workspace;
  // The id is the path inside the workspace. What policies match on is in the context.
  entity Path in [Workspace];

  type Context = {
    // True when a person has approved exactly this request.
    approved: Bool,
    // True when the principal is an IDE::Assistant.
    byAssistant: Bool,
    // The user's roles as text; \`principal in IDE::Role::"admin"\` asks the same.
    roles: Set<String>,
    sessionId: String,
    // Path inside the workspace, without a leading slash; "" for its root and where there is none.
    path: String,
    // The path as a file system that ignores case sees it, without dots and blanks at the end of a
    // name, as Windows has it. Cedar cannot lower the case of text.
    pathLower: String,
    // Last part of pathLower.
    nameLower: String,
    // What stands behind the last dot of nameLower; "" if none does, as in ".env".
    extension: String,
    // All parts of pathLower.
    segmentsLower: Set<String>,
    isDirectory: Bool,
    recursive: Bool,
    // Kinds of what the scan found.
    findings: Set<String>,
    // Known for some requests only; a policy tests with \`has\` first.
    // 0 to 100. Cedar has no fractions.
    riskScore?: Long,
    // Bytes.
    size?: Long,
    language?: String,
  };

${groupActions()}
${operationActions()}
}
`;

function groupActions(): string {
  const groups = new Set(Object.values(actionGroups));
  return `  action ${[...groups].map((group) => `"${group}"`).join(', ')};`;
}

function operationActions(): string {
  return (Object.keys(actionGroups) as OperationName[])
    .map(
      (name) =>
        `  action "${actionOf(name)}" in ["${actionGroups[name]}"] appliesTo ` +
        '{ principal: [User, Assistant], resource: [Path, Workspace], context: Context };',
    )
    .join('\n');
}
