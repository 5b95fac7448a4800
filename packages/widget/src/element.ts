export { IdeAssistant } from './ide-assistant.ts';
export { FileSaveEvent } from './events/file-save.ts';
export { ModeChangeEvent } from './events/mode-change.ts';
export { StatusChangeEvent } from './events/status-change.ts';
export type { Mode, Placement, Theme } from './state/mode.ts';
