import type {
  Alert,
  EventFields,
  EventName,
  InputOf,
  MemberRole,
  OperationName,
  ParsedInputOf,
  ResultOf,
  Topic,
} from '@ide-assistant/sdk/protocol';
import type { ToolResult } from '../assistant/assistant.ts';
import type { Identity } from '../auth/index.ts';
import type { ApprovalRecord } from '../governance/index.ts';
import type { Parts } from '../parts.ts';
import type { Sandbox, TerminalOptions } from '../sandbox/index.ts';
import type { ConfinedPath, Workspace } from '../workspace/index.ts';

/** Who works in a session beside its owner. */
export interface SessionMembers {
  /** Roles by user, without the owner. */
  all(): ReadonlyMap<string, MemberRole>;
  /** What a user is in this session; null for a stranger. */
  roleOf(userId: string): 'owner' | MemberRole | null;
  /** Adds a member, or changes his role. */
  set(userId: string, role: MemberRole): Promise<void>;
  /** Takes a member out, at once, and all that he began. @returns false when he was none. */
  remove(userId: string): Promise<boolean>;
}

/** The session as an operation sees it. */
export interface OperationSession {
  readonly id: string;
  /** The user whom it belongs to. */
  readonly owner: string;
  readonly members: SessionMembers;
  workspace(): Promise<Workspace>;
  /** Its sandbox, opened or resumed where that is needed. */
  sandbox(): Promise<Sandbox>;
  readonly terminals: SessionTerminals;
  /** Where a person's last command ended, inside the workspace; empty for the workspace itself. */
  commandDirectory: string;
  /** Numbers an event and sends it to the session's connections. */
  publish<N extends EventName>(type: N, fields: EventFields<N>): void;
  lastRun: { language: string; path: string | null; stderr: string } | null;
}

/** The interactive terminals of a session. They end with it. */
export interface SessionTerminals {
  /**
   * Opens one and returns its id. Its output and its end are told as events under `requestId`.
   *
   * @throws RequestError `rate_limited` when the session has as many as it may have, and what the
   * sandbox refuses with; whatever `signal` was aborted with, and then nothing of it is left.
   */
  open(
    options: Omit<TerminalOptions, 'onOutput'> & {
      /** Who opens it: it is closed when he may no longer act. */
      identity: Identity;
      requestId: string;
      signal: AbortSignal;
    },
  ): Promise<string>;
  has(id: string): boolean;
  /** @throws RequestError `not_found`, also for one that has ended. */
  get(id: string): SessionTerminal;
}

/** One interactive terminal. */
export interface SessionTerminal {
  /** @param by Who types: the terminal is closed when he may no longer act. */
  write(data: string, by: Identity): void;
  resize(cols: number, rows: number): void;
  /** Resolves when nothing of it is left and its end was told. */
  close(): Promise<void>;
}

/** The connection that sent the request, for the operations that are about it. */
export interface OperationConnection {
  readonly topics: ReadonlySet<Topic>;
  /** Adds topics; phases then come as binary frames or as text. */
  subscribe(topics: readonly Topic[], binary: boolean): void;
  unsubscribe(topics: readonly Topic[]): void;
  /** Replaces the identity; returns when it ends, epoch milliseconds. */
  renewToken(token: string): Promise<number | null>;
}

/** Who acts, as an operation sees him. */
export interface OperationPrincipal {
  readonly kind: 'user' | 'assistant';
  readonly userId: string;
  readonly roles: readonly string[];
}

/** What a handler gets beside its input. */
export interface OperationContext {
  readonly parts: Parts;
  readonly session: OperationSession;
  readonly principal: OperationPrincipal;
  /** Who sent the request, by which it is revoked. */
  readonly identity: Identity;
  /** Names the request to its client. */
  readonly requestId: string;
  /** Names this request's effect: the same for each repeat of it, also after a restart. */
  readonly effectId: string;
  /** The request's paths by field name, confined. */
  readonly paths: Readonly<Record<string, ConfinedPath>>;
  /** What the policies were told; to be held to where the workspace may have changed since. */
  readonly facts: PolicyFacts;
  /** What the hunter found in the scanned text. */
  readonly alerts: readonly Alert[];
  /** Aborted by `cancel` and when the kit closes. */
  readonly signal: AbortSignal;
  /** Absent when the request runs without its socket, as an approved one may. */
  readonly connection: OperationConnection | null;
  /** Sends an event that this request causes; streamed text is kept for clients that come back. */
  tell<N extends EventName>(type: N, fields: EventFields<N>): void;
  /**
   * Resolves when everybody who listens has taken most of what was sent; to be awaited by whatever
   * streams, so that one who reads slowly is waited for rather than given memory without end.
   */
  drained(): Promise<void>;
  /** Performs another operation through all six layers as the assistant. */
  invoke<N extends OperationName>(name: N, input: InputOf<N>): Promise<ToolResult<N>>;
  /** Stops a running request of the same client; false when it is not running. */
  cancelRequest(requestId: string): Promise<boolean>;
  /** Runs a request that has just been approved; its outcome reaches whoever sent it. */
  runApproved(record: ApprovalRecord): void;
  /** Ends a request that has just been denied. */
  refuseApproval(record: ApprovalRecord): Promise<void>;
}

/** Text that the hunter looks at before the operation runs. */
export interface ScannedText {
  content: string;
  language?: string | undefined;
  path?: string | undefined;
}

/** What policies may ask about a request, beside its path. */
export interface PolicyFacts {
  size?: number | undefined;
  language?: string | undefined;
  recursive?: boolean | undefined;
  isDirectory?: boolean | undefined;
}

/** One operation's part of the server. */
export interface OperationHandler<N extends OperationName> {
  /** Whether an empty path names the workspace itself. */
  allowsRoot?: boolean;
  /**
   * Requests of one session with the same turn take effect one after another, in the order in which
   * they came, whichever client sent them. Asked of the fields as they came; null for no turn.
   */
  turn?(fields: Readonly<Record<string, unknown>>): string | null;
  /** Paths that the request names indirectly, as through a proposal; confined like its own. */
  findPaths?(
    input: ParsedInputOf<N>,
    context: { parts: Parts; session: OperationSession; principal: OperationPrincipal },
  ): Promise<Record<string, string>>;
  /** Facts for the policies. */
  describe?(
    input: ParsedInputOf<N>,
    context: {
      parts: Parts;
      session: OperationSession;
      paths: Readonly<Record<string, ConfinedPath>>;
    },
  ): Promise<PolicyFacts> | PolicyFacts;
  /** Text for the hunter; null when there is none. */
  scanned?(
    input: ParsedInputOf<N>,
    context: { parts: Parts; session: OperationSession },
  ): Promise<ScannedText | null> | ScannedText | null;
  /** Whether it starts a program, of which only so many may run at a time. */
  runsProgram?: boolean;
  /** Whether a certain finding refuses the operation, as for code that is about to run. */
  blocksOnFindings?: boolean;
  /**
   * Asked when a request is repeated that had begun when the server ended: whether its effect is
   * there already, and what its reply would have been. Null runs it anew.
   */
  tookEffect?(input: ParsedInputOf<N>, context: OperationContext): Promise<ResultOf<N> | null>;
  /** Does it. Throws `RequestError` for what the client should be told. */
  execute(input: ParsedInputOf<N>, context: OperationContext): Promise<ResultOf<N>>;
}

/** One handler for each operation of the contract; a forgotten one does not compile. */
export type Handlers = { readonly [N in OperationName]: OperationHandler<N> };
