export { docker, type DockerOptions } from './drivers/docker/docker.ts';
export { bubblewrap, type BubblewrapOptions } from './drivers/bubblewrap/bubblewrap.ts';
export { quickJs, type QuickJsOptions } from './drivers/quickjs/quickjs.ts';
export { unsafe, type UnsafeOptions } from './drivers/unsafe/unsafe.ts';
export { findLanguage, type Language } from './languages.ts';
export { resolveLimits, type SandboxLimits } from './limits.ts';
export {
  protectionNames,
  type CodeRequest,
  type CommandRequest,
  type ExecutionOutcome,
  type ExecutionRequest,
  type OpenSandboxOptions,
  type ProbeResult,
  type ProtectionName,
  type Sandbox,
  type SandboxCapabilities,
  type SandboxDriver,
  type Terminal,
  type TerminalEnd,
  type TerminalOptions,
  type WorkspaceMount,
} from './sandbox.ts';
export { selectDriver, type SelectDriverOptions } from './select-driver.ts';
export { releaseSessionOwner, sessionOwner, type Owner, type UidRange } from './session-owner.ts';
