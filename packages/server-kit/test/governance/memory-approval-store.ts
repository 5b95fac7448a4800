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
        .map((record) => structuredClone(record));
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
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
