import { describeApprovalStore } from './approval-store-suite.ts';
import { memoryApprovalStore } from './memory-approval-store.ts';

describeApprovalStore('memory', memoryApprovalStore);
