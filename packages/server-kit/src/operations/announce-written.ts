import type { Alert } from '@ide-assistant/sdk/protocol';
import type { ConfinedPath, WrittenFile } from '../workspace/index.ts';
import { found } from './found.ts';
import type { OperationContext } from './handler.ts';

/** Tells the session of a written file, and makes the reply of the operation that wrote it. */
export function announceWritten(
  { tell, principal, alerts }: OperationContext,
  { path }: ConfinedPath,
  { size, hash }: WrittenFile,
): { path: string; size: number; hash: string; alerts?: Alert[] } {
  tell('file_update', { path, hash, origin: principal.userId });
  return { path, size, hash, ...found(alerts) };
}
