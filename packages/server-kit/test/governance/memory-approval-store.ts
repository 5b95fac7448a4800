import type { ApprovalRecord, ApprovalStore } from '../../src/governance/index.ts';

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
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
