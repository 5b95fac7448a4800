import type { Client } from '../client.ts';
import type { OutputOf } from '../protocol/index.ts';
import type { Files } from './files.ts';
import type { Store } from './store.ts';

/** Scans and what follows from them. */
export interface Security {
  scan(path: string): Promise<OutputOf<'security_scan'>>;
  fix(path: string, issue?: string, options?: { preview?: boolean }): Promise<OutputOf<'auto_fix'>>;
  quarantine(path: string): Promise<OutputOf<'auto_quarantine'>>;
}

/** Scans, fixes and isolates files. */
export function createSecurity(client: Client, store: Store, files: Files): Security {
  const forget = (path: string) => {
    const { [path]: _, ...scans } = store.state.scans;
    store.set({ scans });
  };
  return {
    async scan(path) {
      const result = await client.request('security_scan', { file_path: path });
      store.set({ scans: { ...store.state.scans, [path]: result } });
      return result;
    },
    async fix(path, issue, { preview } = {}) {
      const reply = await client.request('auto_fix', {
        file_path: path,
        ...(issue === undefined ? {} : { issue }),
        ...(preview === undefined ? {} : { preview }),
      });
      const scan = store.state.scans[path];
      if (preview || !scan) return reply;
      const left = reply.remaining;
      const remains = (rule: string) => left.some((alert) => alert.rule === rule);
      // Score and severity are the server's to judge: with nothing left there is no scan to show,
      // else the list is cut to what is left until the next scan.
      if (left.length === 0) forget(path);
      else {
        const issues = scan.static_analysis.issues.filter(({ rule }) => remains(rule));
        const cut = {
          ...scan,
          alerts: left,
          hunter_alerts: left.length,
          static_analysis: { issues },
        };
        store.set({ scans: { ...store.state.scans, [path]: cut } });
      }
      return reply;
    },
    async quarantine(path) {
      const reply = await client.request('auto_quarantine', { file_path: path });
      files.removed(path);
      forget(path);
      return reply;
    },
  };
}
