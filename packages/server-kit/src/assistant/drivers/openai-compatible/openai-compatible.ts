import * as z from 'zod';
import { RequestError } from '../../../errors.ts';
import type { Assistant, AssistantContext, AssistantTurn } from '../../assistant.ts';
import { readEvents } from './read-events.ts';

/** Where the model is and how it is asked. */
export interface OpenAiCompatibleOptions {
  /** Base URL of the API, as `http://localhost:11434/v1`. */
  baseUrl: string;
  /** Name of the model. */
  model: string;
  /** Key for the `Authorization` header, or a function that gets it; it is never logged. */
  apiKey?: string | (() => string | Promise<string>);
  /** How long the model may stay silent before the turn ends, milliseconds. @default 60_000 */
  silenceMs?: number;
  /** @default globalThis.fetch */
  fetch?: typeof fetch;
}

const instructions =
  'You help a person in a code editor. Answer briefly. Show code in fenced blocks with the language.';

const chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .optional(),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }).nullish(),
  error: z.unknown().optional(),
});

/**
 * Answers by any server that speaks OpenAI's streaming chat completions. A turn that ends without a
 * finish reason, in a malformed event or in silence fails as `assistant_unavailable`, and the
 * provider's own words are not passed on, since some repeat the key in them.
 */
export function openAiCompatible(options: OpenAiCompatibleOptions): Assistant {
  const { baseUrl, model, apiKey, silenceMs = 60_000 } = options;
  const url = `${baseUrl.replace(/\/+$/, '')}/chat/completions`;
  return {
    name: 'openai-compatible',
    model,
    async *run(turn, context) {
      // Leaving the loop must end the request too, or the provider goes on and is paid for it.
      const stop = new AbortController();
      const signal = AbortSignal.any([context.signal, stop.signal]);
      let watchdog = setTimeout(silent, silenceMs);
      try {
        const key = typeof apiKey === 'function' ? await apiKey() : apiKey;
        const response = await (options.fetch ?? fetch)(url, {
          method: 'POST',
          signal,
          headers: {
            'content-type': 'application/json',
            ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          },
          body: JSON.stringify({
            model,
            stream: true,
            stream_options: { include_usage: true },
            messages: await messagesOf(turn, context),
          }),
        });
        if (!response.ok || !response.body) throw refusalOf(response.status);
        let isFinished = false;
        for await (const data of readEvents(response.body)) {
          clearTimeout(watchdog);
          watchdog = setTimeout(silent, silenceMs);
          if (data === '[DONE]') break;
          const { choices = [], usage, error } = parseChunk(data);
          if (error !== undefined) throw unavailable('The model reported an error.');
          const [choice] = choices;
          if (choice?.delta?.content) yield { type: 'text', delta: choice.delta.content };
          if (choice?.finish_reason) isFinished = true;
          if (usage) {
            yield {
              type: 'usage',
              inputTokens: usage.prompt_tokens,
              outputTokens: usage.completion_tokens,
            };
          }
        }
        if (!isFinished) throw unavailable('The answer was cut off.');
      } catch (error) {
        context.signal.throwIfAborted();
        if (error instanceof RequestError) throw error;
        throw unavailable(
          stop.signal.aborted ? 'The model was silent for too long.' : 'The model was not reached.',
          error,
        );
      } finally {
        clearTimeout(watchdog);
        stop.abort();
      }

      function silent(): void {
        stop.abort();
      }
    },
  };
}

async function messagesOf(turn: AssistantTurn, context: AssistantContext) {
  const { activeFile, selection } = turn.context;
  const opened = activeFile ? await context.callTool('file_open', { path: activeFile }) : null;
  const looking = [
    opened?.ok ? `The person looks at ${activeFile}:\n\n${opened.output.content}` : null,
    selection ? `They have selected:\n\n${selection}` : null,
  ].filter((part) => part !== null);
  return [
    { role: 'system', content: [instructions, ...looking].join('\n\n') },
    ...turn.history.map(({ role, content }) => ({ role, content })),
    { role: 'user', content: turn.message },
  ];
}

function parseChunk(data: string): z.infer<typeof chunk> {
  try {
    return chunk.parse(JSON.parse(data));
  } catch (error) {
    throw unavailable('The model sent something that is no answer.', error);
  }
}

function refusalOf(status: number): RequestError {
  if (status === 401 || status === 403) return unavailable('The model’s server refused the key.');
  if (status === 429) {
    return new RequestError('assistant_unavailable', 'The model is busy. Ask again later.', {
      retryable: true,
    });
  }
  return unavailable(`The model’s server answered with status ${status}.`);
}

function unavailable(message: string, cause?: unknown): RequestError {
  return new RequestError('assistant_unavailable', `${message} Ask again.`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}
