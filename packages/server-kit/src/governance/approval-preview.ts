import { actionOf } from '@ide-assistant/sdk/protocol';
import type { StoredRequest } from './approval-store.ts';
import { visibleText } from './visible-text.ts';

/** Longest preview, characters. At three bytes each it still fits a frame of the default size. */
export const maxPreviewLength = 262_144;

/**
 * The stored request as text for the person who approves it: who asks, and each field in full.
 * Invisible characters are shown, and lines after the first are set off by `| `, so a value cannot
 * pass for another field.
 */
export function approvalPreview(request: StoredRequest): string {
  const { kind, userId } = request.principal;
  const asker = kind === 'assistant' ? `the assistant for ${userId}` : userId;
  const lines = [
    field(actionOf(request.type), `asked by ${asker}`),
    ...Object.entries(request.input)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => field(name, typeof value === 'string' ? value : asJson(value))),
    ...(request.baseHash?.startsWith('sha256:') ? [field('base_hash', request.baseHash)] : []),
  ];
  return cut(lines.join('\n'));
}

function field(name: string, value: string): string {
  const shown = visibleText(value);
  if (!shown.includes('\n')) return `${visibleText(name)}: ${shown}`;
  const body = shown.split('\n').map((line) => `  | ${line}`);
  return [`${visibleText(name)}:`, ...body].join('\n');
}

function asJson(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** Says how much is missing: nobody should approve in the belief of having seen all. */
function cut(preview: string): string {
  if (preview.length <= maxPreviewLength) return preview;
  const missing = preview.length - maxPreviewLength;
  return `${preview.slice(0, maxPreviewLength)}\n… ${missing} more characters are not shown`;
}
