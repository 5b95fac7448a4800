import type * as z from 'zod';
import type * as fields from './fields.ts';

/** One finding of the hunter or of static analysis. */
export type Alert = z.infer<typeof fields.alert>;
/** A request that waits for a person. */
export type Approval = z.infer<typeof fields.approval>;
/** State of an approval. */
export type ApprovalState = z.infer<typeof fields.approvalState>;
/** That requests like an approved one pass unasked for a while. */
export type Grant = z.infer<typeof fields.grant>;
/** One line of the conversation. */
export type ChatMessage = z.infer<typeof fields.chatMessage>;
/** A proposed change of one file. */
export type Diff = z.infer<typeof fields.diff>;
/** A user beside its owner who works in a session. */
export type Member = z.infer<typeof fields.member>;
/** What a member may do in somebody's session, beside what his own roles allow. */
export type MemberRole = z.infer<typeof fields.memberRole>;
/** One change within a proposal. */
export type Hunk = z.infer<typeof fields.hunk>;
/** How a finished run went. */
export type ExecutionResult = z.infer<typeof fields.executionResult>;
/** Level of a finding. */
export type Severity = z.infer<typeof fields.severity>;
/** How file content travels. */
export type Encoding = z.infer<typeof fields.encoding>;
