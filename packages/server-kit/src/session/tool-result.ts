import type { ErrorMessage, OperationName, OutputOf } from '@ide-assistant/sdk/protocol';
import type { ToolResult } from '../assistant/assistant.ts';

/** A reply as the assistant sees it: refusals are results that it can tell of. */
export function toolResultOf<N extends OperationName>(
  reply: Record<string, unknown>,
): ToolResult<N> {
  const { type, request_id: _id, ...fields } = reply;
  if (type === 'blocked') {
    const alerts = fields['alerts'];
    return {
      ok: false,
      status: 'blocked',
      code: null,
      message: String(fields['reason']),
      ...(Array.isArray(alerts) ? { alerts } : {}),
    };
  }
  if (type === 'cancelled') {
    return { ok: false, status: 'error', code: null, message: 'It was stopped.' };
  }
  if (type === 'error') {
    const { code, message } = reply as unknown as ErrorMessage;
    const isDenied = code === 'approval_denied' || code === 'approval_expired';
    return { ok: false, status: isDenied ? 'denied' : 'error', code, message };
  }
  return { ok: true, output: fields as OutputOf<N> };
}
