import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';

/** A protection that was seen to hold, or was not. */
export function verdict(holds: boolean, by: string, reason: string): ProtectionStatus {
  return holds ? { level: 'enforced', by } : { level: 'absent', by, reason };
}

/** Names of the network interfaces in the text of `/proc/net/dev`. */
export function interfacesOf(table: string): string[] {
  return [...table.matchAll(/^\s*([\w.@-]+):/gm)].map(([, name]) => name ?? '');
}
