import { openAiCompatible, type ServerKitOptions } from '@ide-assistant/server-kit';
import type { Settings } from './settings.ts';

/** The assistant that the settings ask for; without a model, the kit's built-in commands. */
export function assistantOf({
  model,
}: Pick<Settings, 'model'>): Pick<ServerKitOptions, 'assistant'> {
  if (!model) return {};
  return {
    assistant: openAiCompatible({
      baseUrl: model.url,
      model: model.name,
      ...(model.key === null ? {} : { apiKey: model.key }),
    }),
  };
}
