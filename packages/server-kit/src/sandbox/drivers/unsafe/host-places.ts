import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeDirectory, workspaceDirectory, type DataFile } from '../../places.ts';
import type { ProgramSpec } from '../../program.ts';

/** Where lies on this machine what sandboxes have in fixed places. */
export interface HostPlaces {
  /** Absolute path of the workspace, without links. */
  workspace: string;
  /** Absolute path of the directory in which the files of a run lie, without links. */
  files: string;
}

/** A program as this machine starts it, told by one that names the places of a sandbox. */
export function programOnHost(
  { command, environment }: Pick<ProgramSpec, 'command' | 'environment'>,
  /** How many words at the end of the command line are the user's, and mean what they say. */
  argumentCount: number,
  places: HostPlaces,
): { command: string[]; environment: Record<string, string> } {
  const ours = command.length - argumentCount;
  return {
    command: command.map((word, index) => (index < ours ? withFiles(word, places.files) : word)),
    environment: Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, withWorkspace(value, places)]),
    ),
  };
}

/** A file of ours knows the places as well; the user's program is left as it is. */
export function fileOnHost({ path, content }: DataFile, { files }: HostPlaces): DataFile {
  if (path.startsWith(`${codeDirectory}/`)) return { path, content };
  const directory = pathToFileURL(join(files, codeDirectory)).href;
  return { path, content: content.replaceAll(`file://${codeDirectory}/`, `${directory}/`) };
}

/** The path on this machine of a path in a sandbox's workspace. */
export function directoryOnHost(path: string, { workspace }: HostPlaces): string {
  return isBelow(path, workspaceDirectory)
    ? join(workspace, path.slice(workspaceDirectory.length))
    : path;
}

/** Lines that name directories of this machine, as a sandbox would name them. */
export function directoriesInSandbox(lines: string, { workspace }: HostPlaces): string {
  return lines
    .split('\n')
    .map((line) =>
      isBelow(line, workspace)
        ? `${workspaceDirectory}${line.slice(workspace.length)}`
        : line.replace(/^\/.*/, '/'),
    )
    .join('\n');
}

function withFiles(word: string, files: string): string {
  return word.replace(/(?<=^|=)\/run\/(?:code|kit)\/.*$/s, (path) => join(files, path));
}

/** One path or several, which are separated as this system separates them. */
function withWorkspace(value: string, places: HostPlaces): string {
  if (!isBelow(value.split(':')[0] ?? '', workspaceDirectory)) return value;
  return value
    .split(':')
    .map((path) => directoryOnHost(path, places))
    .join(delimiter);
}

function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
