import type { ConnectMessage } from '@ide-assistant/sdk/protocol';
import type { Parts } from '../parts.ts';
import type { Session, SessionConnection } from '../session/index.ts';

/** What a client is told first, but for the place of the session's events. */
export function connectMessageOf(
  parts: Parts,
  session: Session,
  member: SessionConnection,
): Omit<ConnectMessage, 'epoch' | 'seq' | 'resumed'> {
  const { limits, assistant, sandbox } = parts;
  const { capabilities } = sandbox;
  const { expiresAt, userId, roles } = member.identity;
  return {
    type: 'connect',
    session_id: session.id,
    connection_id: member.id,
    client_id: member.clientId,
    user: { id: userId, roles: [...roles] },
    expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    protocol: 1,
    limits: {
      message_bytes: limits.messageBytes,
      file_bytes: limits.fileBytes,
      output_bytes: limits.outputBytes,
      execution_ms: limits.executionMs,
      heartbeat_ms: limits.heartbeatMs,
    },
    capabilities: {
      languages: [...capabilities.languages],
      terminal: capabilities.terminal,
      sandbox: {
        driver: capabilities.driver,
        isolation: capabilities.isolation,
        protections: { ...capabilities.protections, paths: parts.confinement },
        ...(capabilities.fix === undefined ? {} : { fix: capabilities.fix }),
      },
      assistant: { name: assistant.name, model: assistant.model },
    },
  };
}
