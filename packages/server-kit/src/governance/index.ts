export { actionGroups, type ActionGroup } from './action-groups.ts';
export { approvalPreview } from './approval-preview.ts';
export type {
  ApprovalRecord,
  ApprovalStore,
  ApprovalSummary,
  AskedRequest,
  ListedApproval,
  StaleReason,
  StoredRequest,
} from './approval-store.ts';
export type {
  ApprovalDetails,
  ApprovalEnd,
  ApprovalResolution,
  Approvals,
  ApprovalsOptions,
} from './approval-options.ts';
export { createApprovals } from './approvals.ts';
export {
  joinReviews,
  strictestDecision,
  type AllowDecision,
  type BlockDecision,
  type Decision,
  type ReviewDecision,
} from './decision.ts';
export { defaultPolicies } from './default-policies.ts';
export { grantScope, type GrantScope } from './grant-scope.ts';
export type { GrantRecord, GrantStore } from './grant-store.ts';
export type { Grants } from './grants.ts';
export type { PolicyDescription } from './loaded-policies.ts';
export {
  createPolicyEngine,
  type PolicyEngine,
  type PolicyEngineOptions,
  type PolicyReload,
} from './policy-engine.ts';
export type { PolicyContext, PolicyPrincipal, PolicyRequest } from './policy-request.ts';
export { policySchema } from './policy-schema.ts';
export type { PolicyPlace } from './policy-text.ts';
export { parseRequest } from './request-bytes.ts';
export { visibleText } from './visible-text.ts';
export type { WatchPolicyFiles } from './watch-policy-files.ts';
