import { RequestError } from '../errors.ts';
import type { OperationConnection, OperationContext } from './handler.ts';

/**
 * The connection that asks.
 *
 * @throws RequestError `forbidden` when nobody's connection does, as for the assistant.
 */
export function ownConnection({ connection }: OperationContext): OperationConnection {
  if (!connection) throw new RequestError('forbidden', 'Only a connection may ask for this.');
  return connection;
}
