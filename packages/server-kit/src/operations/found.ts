import type { Alert } from '@ide-assistant/sdk/protocol';

/** The part of a reply that tells of findings in what was written; nothing without findings. */
export function found(alerts: readonly Alert[]): { alerts?: Alert[] } {
  return alerts.length > 0 ? { alerts: [...alerts] } : {};
}
