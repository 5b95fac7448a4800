import type { Scenario } from '../scenario.ts';

/**
 * All scenarios by name. Each is loaded when it is played: one whose server is another process would
 * otherwise start with a kit that it never uses.
 */
export const scenarios = {
  cuts: async () => (await import('./loads.ts')).cuts,
  halfOpen: async () => (await import('./loads.ts')).halfOpen,
  duplicates: async () => (await import('./loads.ts')).duplicates,
  reordered: async () => (await import('./loads.ts')).reordered,
  kills: async () => (await import('./loads.ts')).kills,
  shortLog: async () => (await import('./loads.ts')).shortLog,
  outage: async () => (await import('./outage.ts')).outage,
  outageBeyondEnd: async () => (await import('./outage.ts')).outageBeyondEnd,
  everyByte: async () => (await import('./every-byte.ts')).everyByte,
  lostStore: async () => (await import('./lost-store.ts')).lostStore,
  herd: async () => (await import('./herd.ts')).herd,
  herdAfterCrash: async () => (await import('./herd.ts')).herdAfterCrash,
  slowStream: async () => (await import('./slow-reader.ts')).slowStream,
  slowEvents: async () => (await import('./slow-reader.ts')).slowEvents,
  malformed: async () => (await import('./malformed.ts')).malformed,
  malformedToClient: async () => (await import('./malformed-to-client.ts')).malformedToClient,
  reload: async () => (await import('./reload.ts')).reload,
  tabs: async () => (await import('./tabs.ts')).tabs,
  expiredQueue: async () => (await import('./expired-queue.ts')).expiredQueue,
  expiredStored: async () => (await import('./expired-queue-stored.ts')).expiredStored,
  closeCodes: async () => (await import('./close-codes.ts')).closeCodes,
  closedByKit: async () => (await import('./close-codes-real.ts')).closedByKit,
  sleepOverdueTimer: async () => (await import('./sleep.ts')).sleepOverdueTimer,
  sleepWakeEvent: async () => (await import('./sleep.ts')).sleepWakeEvent,
  sleepNoEvent: async () => (await import('./sleep.ts')).sleepNoEvent,
  sleepSurvived: async () => (await import('./sleep.ts')).sleepSurvived,
  hiddenTab: async () => (await import('./hidden-tab.ts')).hiddenTab,
  stalledTab: async () => (await import('./hidden-tab.ts')).stalledTab,
  hiddenTabCut: async () => (await import('./hidden-tab.ts')).hiddenTabCut,
  tokenRenewed: async () => (await import('./token.ts')).tokenRenewed,
  tokenRefused: async () => (await import('./token.ts')).tokenRefused,
  tokenHandedOver: async () => (await import('./token.ts')).tokenHandedOver,
  doubleMount: async () => (await import('./double-mount.ts')).doubleMount,
  openClose: async () => (await import('./open-close.ts')).openClose,
  openCloseSessions: async () => (await import('./open-close.ts')).openCloseSessions,
  reopen: async () => (await import('./open-close.ts')).reopen,
} as const satisfies Record<string, () => Promise<Scenario>>;

/** Name of a scenario. */
export type ScenarioName = keyof typeof scenarios;
