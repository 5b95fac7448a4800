export type { MemberStore } from './members.ts';
export type { MessageStore } from './messages.ts';
export type { Outcome, OutcomeStore, RequestKey } from './outcomes.ts';
export type { Proposal, ProposalState, ProposalStore } from './proposals.ts';
export type { QuarantineStore } from './quarantine.ts';
export { openStorage, type Storage } from './storage.ts';
