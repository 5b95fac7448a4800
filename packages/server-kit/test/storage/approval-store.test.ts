import { openStorage } from '../../src/storage/index.ts';
import { describeApprovalStore } from '../governance/approval-store-suite.ts';
import { temporaryDirectory } from '../support/start-kit.ts';

describeApprovalStore('node:sqlite', async () => {
  const storage = await openStorage({ directory: await temporaryDirectory() });
  return storage.approvals;
});
