/** `ida-file-save`: the person saved a file and the server has written it. */
export class FileSaveEvent extends Event {
  /** Path within the workspace. */
  readonly path: string;
  /** `sha256:` hash of the saved content. */
  readonly hash: string;

  constructor(path: string, hash: string) {
    super('ida-file-save', { bubbles: true, composed: true });
    this.path = path;
    this.hash = hash;
  }
}

declare global {
  interface HTMLElementEventMap {
    'ida-file-save': FileSaveEvent;
  }
}
