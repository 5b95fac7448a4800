export { bubblewrap, type BubblewrapOptions } from './drivers/bubblewrap/bubblewrap.ts';
export { quickJs, type QuickJsOptions } from './drivers/quickjs/quickjs.ts';
export { findLanguage, languages, type Language } from './languages.ts';
export { defaultSandboxLimits, type SandboxLimits } from './limits.ts';
export {
  protectionNames,
  type ExecutionOutcome,
  type ExecutionRequest,
  type OpenSandboxOptions,
  type ProbeResult,
  type ProtectionName,
  type Sandbox,
  type SandboxCapabilities,
  type SandboxDriver,
  type WorkspaceMount,
} from './sandbox.ts';
export { selectDriver, type SelectDriverOptions } from './select-driver.ts';
export {
  mappedUidRange,
  releaseSessionOwner,
  sessionOwner,
  sessionUidRange,
  type Owner,
  type UidRange,
} from './session-owner.ts';
