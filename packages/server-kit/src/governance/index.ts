export { actionGroups, type ActionGroup } from './action-groups.ts';
export { approvalPreview } from './approval-preview.ts';
export type { ApprovalRecord, ApprovalStore, StoredRequest } from './approval-store.ts';
export {
  createApprovals,
  type ApprovalDetails,
  type ApprovalResolution,
  type Approvals,
  type ApprovalsOptions,
} from './approvals.ts';
export {
  strictestDecision,
  type AllowDecision,
  type BlockDecision,
  type Decision,
  type ReviewDecision,
} from './decision.ts';
export { defaultPolicies } from './default-policies.ts';
export {
  createPolicyEngine,
  type PolicyEngine,
  type PolicyEngineOptions,
} from './policy-engine.ts';
export type { PolicyContext, PolicyPrincipal, PolicyRequest } from './policy-request.ts';
export { policySchema } from './policy-schema.ts';
export { visibleText } from './visible-text.ts';
