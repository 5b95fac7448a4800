import type {
  Alert,
  ChatMessage,
  ErrorCode,
  InputOf,
  OperationName,
  OutputOf,
} from '@ide-assistant/sdk/protocol';

/** What a person asked, and what they look at. */
export interface AssistantTurn {
  sessionId: string;
  message: string;
  /** Earlier lines of the conversation, oldest first. */
  history: readonly ChatMessage[];
  context: {
    activeFile?: string | undefined;
    selection?: string | undefined;
    files?: readonly string[] | undefined;
  };
}

/** How a tool call ended. Refusals are results, so that an assistant can say what stopped it. */
export type ToolResult<N extends OperationName> =
  | { ok: true; output: OutputOf<N> }
  | {
      ok: false;
      status: 'blocked' | 'denied' | 'error';
      /** The error's code; null for a refusal. */
      code: ErrorCode | null;
      message: string;
      alerts?: readonly Alert[];
    };

/** What an assistant may do while it answers. */
export interface AssistantContext {
  /** Aborted when the person stops the turn. */
  signal: AbortSignal;
  /** Performs an operation through all six layers. */
  callTool<N extends OperationName>(name: N, input: InputOf<N>): Promise<ToolResult<N>>;
  /** The latest run of the session, if there was one. */
  lastRun(): { language: string; path: string | null; stderr: string } | null;
}

/** One step of an answer. */
export type AssistantEvent =
  | { type: 'text'; delta: string }
  | { type: 'edit'; path: string; content: string; description: string }
  | { type: 'usage'; inputTokens: number; outputTokens: number; costUsd?: number };

/** Answers people. Adapters for models and the built-in commands all have this shape. */
export interface Assistant {
  /** Shown to people, as `builtin`. */
  readonly name: string;
  /** The model behind it; null when none is connected. */
  readonly model: string | null;
  /**
   * Whose acts its tool calls are. `user` is for one that only carries out commands which the person
   * typed; whatever decides by itself is a principal of its own, which policies hold to more.
   * @default 'assistant'
   */
  readonly actsAs?: 'user' | 'assistant';
  run(turn: AssistantTurn, context: AssistantContext): AsyncIterable<AssistantEvent>;
}

/** A bare generator is an assistant too. */
export type AssistantLike = Assistant | Assistant['run'];

/** Gives a bare generator the shape of an assistant. */
export function asAssistant(assistant: AssistantLike): Assistant {
  return typeof assistant === 'function'
    ? { name: assistant.name || 'custom', model: assistant.name || 'custom', run: assistant }
    : assistant;
}
