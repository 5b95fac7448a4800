import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asAssistant } from './assistant/assistant.ts';
import { builtinAssistant } from './assistant/drivers/builtin/builtin.ts';
import { createFailureLimit, createRevocations, tokenLifeOf } from './auth/index.ts';
import { createApprovals, createPolicyEngine, type PolicyEngine } from './governance/index.ts';
import { createHunter } from './hunter/index.ts';
import type { ServerKitOptions } from './kit-options.ts';
import type { Logger } from './logger.ts';
import { openAll } from './open-all.ts';
import type { Parts } from './parts.ts';
import { createUsage } from './rates/index.ts';
import { resolveLimits, selectDriver, type ProtectionName } from './sandbox/index.ts';
import { openStorage } from './storage/index.ts';
import { openAuditLog, type AuditLog } from './verification/index.ts';
import { defaultFileTypes, probeConfinement } from './workspace/index.ts';

/** Without these it is no sandbox; limits of resources may be best-effort and are reported. */
const isolation: readonly ProtectionName[] = [
  'filesystem',
  'processes',
  'network',
  'syscalls',
  'privileges',
  'output',
  'time',
];
/** What is known before anything is opened. */
type Given = Pick<Parts, 'limits' | 'clock' | 'logger' | 'verifyToken' | 'addressOf'> & {
  /** Folder for the audit log, the store and the workspaces. */
  directory: string;
};

/**
 * Opens all that requests need. What was opened before something failed is closed again.
 *
 * @throws KitError of whichever part cannot be opened.
 */
export async function openParts(options: ServerKitOptions, given: Given): Promise<Parts> {
  const { directory, limits, clock, logger, verifyToken, addressOf } = given;
  const { limits: sandboxLimits = {}, ...sandboxOptions } = options.sandbox ?? {};
  resolveLimits(sandboxLimits);
  // Searchable by all, listable by nobody else: a session's own user must reach its workspace.
  await mkdir(join(directory, 'workspaces'), { recursive: true, mode: 0o711 });
  let audit: AuditLog | null = null;
  const [policy, hunter, sandbox, openedAudit, storage] = await openAll([
    openPolicies(options, given, () => audit),
    createHunter(),
    selectDriver({
      require: isolation,
      onError: (error) =>
        logger.warn({ error }, 'Something could not be cleared away after a run.'),
      ...sandboxOptions,
    }),
    openAuditLog({
      ...options.audit,
      directory: join(directory, 'audit'),
      clock,
      onError: (error) => logger.error({ error }, 'The audit log reports a fault.'),
    }),
    openStorage({ directory: join(directory, 'store'), clock }),
  ]);
  audit = openedAudit;
  const opened = { policy, hunter, audit, storage };
  try {
    const parts: Parts = {
      ...opened,
      verifyToken,
      revocations: await createRevocations({
        store: storage.revocations,
        clock,
        tokenLife: tokenLifeOf(options.auth),
      }),
      failures: createFailureLimit({
        maxFailures: limits.authFailures,
        windowMs: limits.authFailureMs,
        clock,
      }),
      addressOf,
      approvals: createApprovals({
        ...{ store: storage.approvals, audit, clock },
        maxPerUser: limits.approvalsPerUser,
        maxPerSession: limits.approvalsPerSession,
      }),
      sandbox: { ...sandbox, limits: sandboxLimits },
      confinement: await probeConfinement(directory),
      assistant: asAssistant(options.assistant ?? builtinAssistant()),
      limits,
      usage: createUsage(limits, clock),
      connections: options.connections ?? 'many',
      fileTypes: options.fileTypes ?? defaultFileTypes,
      logger,
      clock,
      createId: (prefix) => `${prefix}_${randomBytes(12).toString('base64url')}`,
    };
    await record(audit, logger, policy.version, 'loaded');
    await parts.approvals.recover();
    return parts;
  } catch (error) {
    await closeParts(opened);
    throw error;
  }
}

/** Closes what {@link openParts} has opened. */
export async function closeParts({
  policy,
  hunter,
  audit,
  storage,
}: Pick<Parts, 'policy' | 'hunter' | 'audit' | 'storage'>): Promise<void> {
  policy.close();
  await audit.close();
  await storage.close();
  hunter.close();
}

/** Opens the policies; what happens to them later is told to the operator and to the log. */
function openPolicies(
  { policies, policyFiles }: ServerKitOptions,
  { logger }: Given,
  audit: () => AuditLog | null,
): Promise<PolicyEngine> {
  return createPolicyEngine({
    ...(policies === undefined ? {} : { policies }),
    ...(policyFiles === undefined ? {} : { policyFiles, watch: true }),
    onError: (error) => logger.error({ error }, 'A request could not be judged and was blocked.'),
    onReload(reload) {
      const { ok, version } = reload;
      if (ok) logger.info({ version }, 'Changed policies are in force.');
      else logger.error({ error: reload.error }, 'Changed policies are faulty; those before hold.');
      const log = audit();
      if (log) void record(log, logger, version, ok ? 'reloaded' : 'refused');
    },
  });
}

/** Writes down which policies hold from now on. Nothing acts by it, so that it may fail. */
async function record(
  audit: AuditLog,
  logger: Logger,
  policyVersion: string,
  outcome: 'loaded' | 'reloaded' | 'refused',
): Promise<void> {
  try {
    await audit.append({
      phase: 'policy',
      actor: { sub: '', kind: 'server', sessionId: '' },
      action: 'policy',
      subject: 'policies',
      inputHash: policyVersion,
      policyVersion,
      outcome,
    });
  } catch (error) {
    logger.error({ error }, 'The policies in force could not be recorded.');
  }
}
