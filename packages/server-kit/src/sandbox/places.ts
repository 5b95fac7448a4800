/** Where the code of a run lies inside the sandbox. */
export const codeDirectory = '/run/code';

/** Where the workspace lies inside the sandbox. */
export const workspaceDirectory = '/workspace';

/** A file that is made of text rather than taken from the host. */
export interface DataFile {
  /** Absolute path inside the sandbox, below `/run` or `/etc`. */
  path: string;
  content: string;
}
