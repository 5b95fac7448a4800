import { closeCodes } from '@ide-assistant/sdk/protocol';
import type { Parts } from '../parts.ts';
import type { SessionRegistry } from '../session/index.ts';
import type { Connection } from './connection.ts';

/** How often connections, sessions and approvals are looked after, milliseconds. */
const sweepMs = 1_000;
/** How often old outcomes are forgotten, milliseconds. */
const pruneMs = 30_000;
/** Beside two heartbeats, what a hidden tab whose timers are throttled may stay silent, ms. */
const throttledTabMs = 60_000;
/** How long it may take until a connection's user and session are known, milliseconds. */
const handshakeMs = 30_000;
/** How long before its end a token is announced to expire, milliseconds. */
const expiryNoticeMs = 60_000;

/**
 * Pings the clients, drops those that are silent or whose token has ended or was revoked, ends approvals that
 * nobody decided about, and forgets old outcomes and idle sessions.
 *
 * @returns Ends it.
 */
export function startUpkeep({
  parts,
  registry,
  connections,
}: {
  parts: Parts;
  registry: SessionRegistry;
  connections: ReadonlySet<Connection>;
}): () => void {
  const { limits } = parts;
  const noticed = new WeakSet<Connection>();
  const forgetRevoked = parts.revocations.onRevoked(closeRevoked);
  const timers = [
    every(sweepMs, sweep),
    every(sweepMs, () => parts.revocations.refresh()),
    every(pruneMs, () => parts.storage.outcomes.prune(limits.outcomeMs)),
    every(pruneMs, () => parts.approvals.prune(limits.outcomeMs)),
    every(pruneMs, forgetRevocations),
    ...(limits.heartbeatMs > 0 ? [every(limits.heartbeatMs, pingAll)] : []),
  ];
  return () => {
    forgetRevoked();
    timers.forEach(clearInterval);
  };

  function every(ms: number, work: () => Promise<void>): NodeJS.Timeout {
    const timer = setInterval(() => {
      work().catch((error: unknown) => {
        parts.logger.error({ error }, 'Looking after sessions failed.');
      });
    }, ms);
    return timer.unref();
  }

  function pingAll(): Promise<void> {
    const timestamp = new Date(parts.clock()).toISOString();
    const ping = JSON.stringify({ type: 'ping', timestamp });
    for (const connection of connections) connection.send(ping);
    return Promise.resolve();
  }

  async function sweep(): Promise<void> {
    const now = parts.clock();
    const { isRevoked } = parts.revocations;
    for (const connection of connections) {
      const { identity, session } = connection;
      // It may have been revoked after it was looked at, and before it was known here.
      if (identity !== null && isRevoked(identity)) {
        connection.close(closeCodes.unauthenticated, 'token_revoked');
        continue;
      }
      if (session === null && now - connection.lastSeen > handshakeMs) {
        connection.close(closeCodes.heartbeatLost, 'The handshake took too long.');
        continue;
      }
      const isSilent = now - connection.lastSeen > limits.heartbeatMs * 2 + throttledTabMs;
      if (limits.heartbeatMs > 0 && isSilent) {
        connection.close(closeCodes.heartbeatLost, 'Nothing was heard for too long.');
      } else {
        watchExpiry(connection, now);
      }
    }
    for (const record of await parts.approvals.expire()) {
      const session = registry.get(record.sessionId);
      await session?.requests.refuseApproval(record);
    }
    await registry.sweep();
  }

  /**
   * An approval may wait for longer than any token lives: what a revoked user has asked for is withdrawn
   * before it is forgotten that he was revoked, also that of sessions which are not in memory.
   */
  async function forgetRevocations(): Promise<void> {
    for (const record of await parts.approvals.cancelWhere(parts.revocations.isRevoked)) {
      await registry.get(record.sessionId)?.requests.refuseApproval(record);
    }
    await parts.revocations.prune();
  }

  function closeRevoked(): void {
    const { isRevoked } = parts.revocations;
    for (const { requests } of registry.sessions.values()) requests.stopWhere(isRevoked);
    for (const connection of connections) {
      if (connection.identity === null || !isRevoked(connection.identity)) continue;
      connection.close(closeCodes.unauthenticated, 'token_revoked');
    }
  }

  function watchExpiry(connection: Connection, now: number): void {
    const { identity, session } = connection;
    if (identity === null || identity.expiresAt === null || session === null) return;
    const { expiresAt } = identity;
    if (expiresAt <= now) {
      // What streams may come to its end; nothing new begins.
      if (session.requests.worksFor(identity) && now - expiresAt < limits.expiredGraceMs) return;
      connection.close(closeCodes.unauthenticated, 'token_expired');
      return;
    }
    if (expiresAt - now > expiryNoticeMs) {
      noticed.delete(connection);
    } else if (!noticed.has(connection)) {
      noticed.add(connection);
      connection.send(
        JSON.stringify({
          type: 'auth_expiring',
          session_id: session.id,
          timestamp: new Date(now).toISOString(),
          expires_at: new Date(expiresAt).toISOString(),
        }),
      );
    }
  }
}
