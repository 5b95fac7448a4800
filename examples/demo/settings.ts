import { resolve } from 'node:path';

/** What the environment says about the demo. */
export interface Settings {
  /** `PORT`, 8000 by default; 0 takes a free one. */
  port: number;
  /** `HOST`, the loopback address by default, since the demo signs everybody in. */
  host: string;
  /** `IDE_DATA`, ./.ide-data by default. */
  dataDirectory: string;
  /** `IDE_JWT_SECRET`; null when one is to be made and kept in the data directory. */
  secret: string | null;
  /** Whether missing sandbox programs may be installed; `IDE_NO_INSTALL=1` forbids it. */
  mayInstall: boolean;
  /** `LLM_URL`, `LLM_MODEL` and `LLM_KEY`; null without a URL. */
  model: { url: string; name: string; key: string | null } | null;
}

/**
 * Reads the settings.
 *
 * @throws Error when a value cannot be one, in words for whoever set it.
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const port = Number(environment['PORT'] || 8000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT is ${environment['PORT']}; it must be a number from 0 to 65535.`);
  }
  const url = environment['LLM_URL'];
  const name = environment['LLM_MODEL'];
  if (url && !name) throw new Error('LLM_URL is set, so LLM_MODEL must name the model.');
  return {
    port,
    host: environment['HOST'] || '127.0.0.1',
    // npm starts workspaces in their own folder; the person's is where npm was called.
    dataDirectory: resolve(
      environment['INIT_CWD'] ?? process.cwd(),
      environment['IDE_DATA'] || '.ide-data',
    ),
    secret: environment['IDE_JWT_SECRET'] || null,
    mayInstall: environment['IDE_NO_INSTALL'] !== '1',
    model: url && name ? { url, name, key: environment['LLM_KEY'] || null } : null,
  };
}
