export { createHostMembers, type HostMembers } from './host-members.ts';
export { createSessionRegistry, type SessionRegistry, type WorkspaceLocator } from './registry.ts';
export { errorMessage } from './error-message.ts';
export type { RequestFrame } from './requests.ts';
export type { ResumePosition, Session, SessionConnection, Welcome } from './session.ts';
