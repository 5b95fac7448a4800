import type { ChatMessage, InputOf, OperationName } from '@ide-assistant/sdk/protocol';
import type { AssistantEvent, ToolResult } from '../assistant/assistant.ts';
import { RequestError } from '../errors.ts';
import type { OperationContext, OperationHandler } from './handler.ts';
import { proposeEdit } from './propose-edit.ts';

/** Earlier lines that an assistant is given. */
const historyLength = 40;

/** Asks the assistant; its text, tools and proposals are told of while it answers. */
export const chat: OperationHandler<'chat'> = {
  async execute({ message, context: looking = {} }, context) {
    const { parts, session, signal, tell, drained } = context;
    const { messages: history } = await parts.storage.messages.page(session.id, {
      limit: historyLength,
    });
    const messageId = parts.createId('m');
    await parts.storage.messages.append(
      session.id,
      lineOf(context, parts.createId('m'), 'user', message),
    );
    const publishTyping = (is_typing: boolean) => tell('ai_typing', { is_typing });

    let content = '';
    const diffs: string[] = [];
    let usage: { input_tokens: number; output_tokens: number; cost_usd?: number } | undefined;
    publishTyping(true);
    try {
      const turn = {
        sessionId: session.id,
        message,
        history,
        context: {
          activeFile: looking.active_file,
          selection: looking.selection,
          files: looking.files,
        },
      };
      const answer = parts.assistant.run(turn, {
        signal,
        callTool: (name, input) => announced(context, messageId, name, input),
        lastRun: () => session.lastRun,
      });
      for await (const event of answer) {
        signal.throwIfAborted();
        await take(event);
        await drained();
      }
    } catch (error) {
      if (signal.aborted || error instanceof RequestError) throw error;
      parts.logger.error({ error }, 'The assistant failed.');
      const failure = 'The assistant could not finish. Ask again.';
      tell('ai_error', { message_id: messageId, error: failure });
      throw new RequestError('assistant_unavailable', failure, { cause: error });
    } finally {
      publishTyping(false);
      if (content) {
        await parts.storage.messages.append(
          session.id,
          lineOf(context, messageId, 'assistant', content),
        );
      }
    }
    return {
      message: lineOf(context, messageId, 'assistant', content),
      diffs,
      ...(usage ? { usage } : {}),
    };

    async function take(event: AssistantEvent): Promise<void> {
      switch (event.type) {
        case 'text':
          content += event.delta;
          tell('ai_delta', { message_id: messageId, delta: event.delta });
          return;
        case 'edit': {
          const diff = await proposeEdit(context, event);
          if (!diff) return;
          diffs.push(diff.diff_id);
          tell('diff', diff);
          return;
        }
        case 'usage':
          usage = {
            input_tokens: event.inputTokens,
            output_tokens: event.outputTokens,
            ...(event.costUsd === undefined ? {} : { cost_usd: event.costUsd }),
          };
      }
    }
  },
};

/** Performs a tool call and tells of it before and after. */
async function announced<N extends OperationName>(
  { tell, invoke }: OperationContext,
  messageId: string,
  name: N,
  input: InputOf<N>,
): Promise<ToolResult<N>> {
  const told = { message_id: messageId, tool: name, arguments: { ...input } };
  tell('ai_tool', { ...told, status: 'start' });
  const result = await invoke(name, input);
  tell(
    'ai_tool',
    result.ok
      ? { ...told, status: 'ok' }
      : { ...told, status: result.status, result: result.message },
  );
  return result;
}

function lineOf(
  { parts }: OperationContext,
  id: string,
  role: ChatMessage['role'],
  content: string,
): ChatMessage {
  return { id, role, content, timestamp: new Date(parts.clock()).toISOString() };
}
