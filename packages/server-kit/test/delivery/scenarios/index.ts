import { doubleMount } from './double-mount.ts';
import { openClose, openCloseSessions, reopen } from './open-close.ts';
import { everyByte } from './every-byte.ts';
import { herd, herdAfterCrash } from './herd.ts';
import { lostStore } from './lost-store.ts';
import { malformed } from './malformed.ts';
import { malformedToClient } from './malformed-to-client.ts';
import { slowEvents, slowStream } from './slow-reader.ts';
import { closedByKit } from './close-codes-real.ts';
import { closeCodes } from './close-codes.ts';
import { expiredStored } from './expired-queue-stored.ts';
import { expiredQueue } from './expired-queue.ts';
import { hiddenTab, hiddenTabCut, stalledTab } from './hidden-tab.ts';
import { outage, outageBeyondEnd } from './outage.ts';
import { cuts, duplicates, halfOpen, kills, reordered, shortLog } from './loads.ts';
import { reload } from './reload.ts';
import { tabs } from './tabs.ts';
import { sleepNoEvent, sleepOverdueTimer, sleepSurvived, sleepWakeEvent } from './sleep.ts';
import { tokenHandedOver, tokenRefused, tokenRenewed } from './token.ts';

/** All scenarios by name. */
export const scenarios = {
  cuts,
  halfOpen,
  duplicates,
  reordered,
  kills,
  shortLog,
  outage,
  outageBeyondEnd,
  everyByte,
  lostStore,
  herd,
  herdAfterCrash,
  slowStream,
  slowEvents,
  malformed,
  malformedToClient,
  reload,
  tabs,
  expiredQueue,
  expiredStored,
  closeCodes,
  closedByKit,
  sleepOverdueTimer,
  sleepWakeEvent,
  sleepNoEvent,
  sleepSurvived,
  hiddenTab,
  stalledTab,
  hiddenTabCut,
  tokenRenewed,
  tokenRefused,
  tokenHandedOver,
  doubleMount,
  openClose,
  openCloseSessions,
  reopen,
};

/** Name of a scenario. */
export type ScenarioName = keyof typeof scenarios;
