import { defineOnce } from './define.ts';
import { IdeAssistant } from './ide-assistant.ts';

defineOnce('ide-assistant', IdeAssistant);

export { FileSaveEvent, IdeAssistant, ModeChangeEvent, StatusChangeEvent } from './element.ts';
export type { Mode, Placement, Theme } from './element.ts';

declare global {
  interface HTMLElementTagNameMap {
    'ide-assistant': IdeAssistant;
  }
}
