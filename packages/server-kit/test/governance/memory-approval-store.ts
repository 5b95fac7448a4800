import type {
  ApprovalRecord,
  ApprovalStore,
  GrantRecord,
  GrantStore,
} from '../../src/governance/index.ts';

/** A store in memory. Every call ends on a later turn, so that calls at once do interleave. */
export function memoryApprovalStore(): ApprovalStore {
  const records = new Map<string, ApprovalRecord>();
  return {
    async insert(record) {
      await turn();
      if (records.has(record.approval_id)) throw new Error('The id is taken.');
      records.set(record.approval_id, structuredClone(record));
    },
    async get(id) {
      await turn();
      const record = records.get(id);
      return record ? structuredClone(record) : null;
    },
    async list({ sessionId, states }) {
      await turn();
      return [...records.values()]
        .filter((record) => sessionId === undefined || record.sessionId === sessionId)
        .filter((record) => states === undefined || states.includes(record.state))
        .map((record) => {
          const { request: _request, preview: _preview, ...summary } = structuredClone(record);
          return summary;
        });
    },
    async previewOf(id) {
      await turn();
      return records.get(id)?.preview ?? '';
    },
    async find({ sessionId, userId, clientId, requestId }) {
      await turn();
      const found = [...records.values()].findLast(
        (record) =>
          record.sessionId === sessionId &&
          record.requested_by === userId &&
          record.clientId === clientId &&
          record.requestId === requestId,
      );
      return found ? structuredClone(found) : null;
    },
    async due({ expiresBy, approvedBy }) {
      await turn();
      return [...records.values()]
        .filter(({ state, claimedAt, expires_at: expiresAt, resolvedAt }) =>
          state === 'pending'
            ? Date.parse(expiresAt) <= expiresBy
            : state === 'approved' &&
              claimedAt === null &&
              Date.parse(resolvedAt ?? '') <= approvedBy,
        )
        .map(({ approval_id: id }) => id);
    },
    async sessionsWith(state) {
      await turn();
      const found = [...records.values()].filter((record) => record.state === state);
      return [...new Set(found.map(({ sessionId }) => sessionId))];
    },
    async countPending(of) {
      await turn();
      return [...records.values()].filter(
        ({ state, sessionId, requested_by: userId }) =>
          state === 'pending' &&
          ('userId' in of ? of.userId === userId : of.sessionId === sessionId),
      ).length;
    },
    async prune() {
      await turn();
      for (const [id, { state }] of records) {
        if (state !== 'pending' && state !== 'approved') records.delete(id);
      }
    },
    async transition(id, fromVersion, change) {
      await turn();
      const record = records.get(id);
      if (record?.version !== fromVersion) return false;
      records.set(id, { ...record, ...structuredClone(change), version: fromVersion + 1 });
      return true;
    },
    grants: memoryGrantStore(),
  };
}

function memoryGrantStore(): GrantStore {
  const records = new Map<string, GrantRecord>();
  const ended = new Set<string>();
  return {
    async insert(record) {
      await turn();
      if (!records.has(record.grantId)) records.set(record.grantId, structuredClone(record));
    },
    async get(grantId) {
      await turn();
      const record = records.get(grantId);
      return record ? structuredClone(record) : null;
    },
    async list(sessionId) {
      await turn();
      return [...records.values()]
        .filter((record) => record.sessionId === sessionId && !ended.has(record.grantId))
        .map((record) => structuredClone(record));
    },
    async end(grantId) {
      await turn();
      if (!records.has(grantId) || ended.has(grantId)) return false;
      ended.add(grantId);
      return true;
    },
    async prune(endedBefore) {
      await turn();
      for (const [id, { expiresAt }] of records) {
        if (ended.has(id) || expiresAt < endedBefore) records.delete(id);
      }
    },
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
