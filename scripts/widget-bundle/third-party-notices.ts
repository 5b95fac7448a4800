import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin } from 'rolldown';

/** The part of a package.json that a notice names. */
interface Manifest {
  name?: string;
  version?: string;
  license?: string;
}

/**
 * Writes the licence of each package that was bundled, as those licences ask of whoever passes
 * the code on.
 *
 * @throws Error when a bundled package carries no licence text.
 */
export function thirdPartyNotices(fileName: string): Plugin {
  return {
    name: 'third-party-notices',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const output of Object.values(bundle)) {
        if (output.type !== 'chunk') continue;
        for (const id of output.moduleIds) {
          const folder = packageFolder(id);
          if (folder !== null) folders.add(folder);
        }
      }
      const source = [...folders]
        .map(notice)
        .toSorted()
        .join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName, source });
    },
  };
}

/** The installed package that a module belongs to; null for our own. */
function packageFolder(id: string): string | null {
  if (!id.includes('/node_modules/') || id.startsWith('\0')) return null;
  for (let folder = dirname(id); folder !== dirname(folder); folder = dirname(folder)) {
    // Folders inside a package may hold a package.json that only names a module format.
    if (existsSync(join(folder, 'package.json')) && readManifest(folder).name !== undefined) {
      return folder;
    }
  }
  return null;
}

function notice(folder: string): string {
  const { name, version, license } = readManifest(folder);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled and carries no licence text`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
