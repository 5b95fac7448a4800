import type { Alert, OperationName, ParsedInputOf } from '@ide-assistant/sdk/protocol';
import type { OperationHandler, OperationSession } from '../operations/handler.ts';
import type { Parts } from '../parts.ts';
import type { Principal } from './authenticate.ts';
import type { ConfinedTarget } from './confine-path.ts';
import { governFindings, type Governed, type Permit, type Ruling } from './govern.ts';

declare const layer: unique symbol;

/** What the hunter found in a request's text: evidence of layer 4. */
export interface ScanReport {
  readonly [layer]: 'hunted';
  readonly alerts: readonly Alert[];
  /** From 0 to 10; null when the request held no text to scan. */
  readonly riskScore: number | null;
}

/** How layer 4 ends: with a report, with findings that refuse, or with a ruling over findings. */
export type Hunted =
  | { report: ScanReport }
  | { blocking: readonly Alert[]; reason: string }
  | { ruling: Ruling; alerts: readonly Alert[] };

/**
 * Layer 4. Scans the text that is about to run or to be written. Certain findings of high severity
 * refuse a run; for everything else they are facts that a policy may judge.
 */
export async function hunt<N extends OperationName>(
  parts: Parts,
  session: OperationSession,
  principal: Principal,
  name: N,
  handler: OperationHandler<N>,
  input: ParsedInputOf<N>,
  target: ConfinedTarget,
  permit: Permit,
  governed: Governed,
): Promise<Hunted> {
  const text = await handler.scanned?.(input, { parts, session });
  if (!text) return { report: { alerts: [], riskScore: null } as unknown as ScanReport };
  const scan = await parts.hunter.scan({
    content: text.content,
    // Mistakes refuse nothing, and to look for them costs a parse of every text.
    issues: false,
    ...(text.language === undefined ? {} : { language: text.language }),
    ...(text.path === undefined ? {} : { path: text.path }),
  });
  const blocking = handler.blocksOnFindings ? parts.hunter.blockingAlerts(scan) : [];
  if (blocking.length > 0) {
    const [first] = blocking;
    return { blocking, reason: `${first?.message} (line ${first?.line})` };
  }
  if (scan.alerts.length > 0) {
    const found = {
      riskScore: Math.round(scan.riskScore * 10),
      findings: [...new Set(scan.alerts.map((alert) => alert.rule))],
    };
    const again = governFindings(parts, session, principal, name, target, permit, found, governed);
    if ('ruling' in again) return { ruling: again.ruling, alerts: scan.alerts };
  }
  return { report: { alerts: scan.alerts, riskScore: scan.riskScore } as unknown as ScanReport };
}
