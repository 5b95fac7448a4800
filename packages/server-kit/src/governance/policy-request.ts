import type { OperationName } from '@ide-assistant/sdk/protocol';

/** Who asks. The assistant acts for a user, with that user's roles, and is a principal of its own. */
export interface PolicyPrincipal {
  kind: 'user' | 'assistant';
  /** The user; for the assistant, the user that it acts for. */
  userId: string;
  /** Roles of the user, as the host names them. */
  roles: readonly string[];
}

/** The facts of a request that policies may look at: parsed scalars, never a client's object. */
export interface PolicyContext {
  /** Canonical path inside the workspace; needed where the resource is the workspace. */
  path?: string;
  /** Size of the content or file, bytes. */
  size?: number;
  language?: string;
  /** Result of the scan: an integer from 0 to 100. */
  riskScore?: number;
  /** Whether the request asks for all that is below the path. @default false */
  recursive?: boolean;
  /** Whether the path is a directory. @default false */
  isDirectory?: boolean;
  /** Kinds of what the scan found. @default [] */
  findings?: readonly string[];
  sessionId: string;
}

/** One question to the policies. */
export interface PolicyRequest {
  principal: PolicyPrincipal;
  action: OperationName;
  /** A path is canonical and relative to the workspace: POSIX, no `.` or `..`; `''` is the root. */
  resource: { kind: 'path'; path: string } | { kind: 'workspace' };
  context: PolicyContext;
}
