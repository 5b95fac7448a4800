import type { ProtectionStatus } from '@ide-assistant/sdk/protocol';
import type { Assistant } from './assistant/assistant.ts';
import type { AddressOf, FailureLimit, Revocations, TokenVerifier } from './auth/index.ts';
import type { Approvals, PolicyEngine } from './governance/index.ts';
import type { Hunter } from './hunter/index.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './logger.ts';
import type { Usage } from './rates/index.ts';
import type { SandboxCapabilities, SandboxDriver, SandboxLimits } from './sandbox/index.ts';
import type { Storage } from './storage/index.ts';
import type { AuditLog } from './verification/index.ts';
import type { FileTypes } from './workspace/index.ts';

/** Everything that a request may need, made once when the kit starts. */
export interface Parts {
  readonly verifyToken: TokenVerifier | null;
  readonly revocations: Revocations;
  /** Who guesses tokens, by address. */
  readonly failures: FailureLimit;
  readonly addressOf: AddressOf;
  readonly policy: PolicyEngine;
  readonly approvals: Approvals;
  readonly hunter: Hunter;
  readonly sandbox: {
    readonly driver: SandboxDriver;
    readonly capabilities: SandboxCapabilities;
    readonly limits: Partial<SandboxLimits>;
  };
  /** How well the paths of requests are kept inside of workspaces. */
  readonly confinement: ProtectionStatus;
  readonly audit: AuditLog;
  readonly storage: Storage;
  readonly assistant: Assistant;
  readonly limits: Limits;
  readonly usage: Usage;
  /** Whether a session has one connection at a time or many. */
  readonly connections: 'single' | 'many';
  readonly fileTypes: FileTypes;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly createId: (prefix: string) => string;
}
