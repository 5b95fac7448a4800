import { quarantinePath } from './auto-quarantine.ts';
import type { OperationHandler } from './handler.ts';

/** Lists what this session has in quarantine. */
export const quarantineList: OperationHandler<'quarantine_list'> = {
  async execute(_input, { parts, session }) {
    const rows = await parts.storage.quarantine.list(session.id);
    return {
      entries: rows.map((row) => ({
        original_path: row.original_path,
        quarantine_path: quarantinePath(row.id, row.original_path),
        size: row.size,
        hash: row.hash,
        quarantined_at: new Date(row.quarantined_at).toISOString(),
        quarantined_by: row.quarantined_by,
      })),
    };
  },
};
