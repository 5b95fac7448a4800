import { KitError, RequestError } from '../errors.ts';

/**
 * Whether the log can be trusted to keep what it is given. The first failure is final: after a
 * failed sync the kernel may have dropped the written pages and report success the next time.
 * A disk that is merely short of space is no failure yet, and service resumes when it has some.
 *
 * @see https://lwn.net/Articles/752063/
 */
export class Availability {
  readonly #onError: (error: unknown) => void;
  #refusal: RequestError | undefined;
  #shortage: RequestError | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Whether something new may begin. */
  get available(): boolean {
    return this.#refusal === undefined && this.#shortage === undefined;
  }

  /** Ends the log's service and reports why, once. */
  fail(cause: unknown): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = unavailable(
      'The audit log cannot be written. Nothing is done unrecorded.',
      cause,
    );
    this.#report(cause);
  }

  /** Says whether the disk is short of space; reports each time that it becomes so. */
  setShortOfSpace(isShort: boolean): void {
    if (isShort === (this.#shortage !== undefined)) return;
    if (!isShort) {
      this.#shortage = undefined;
      return;
    }
    const text = 'The disk of the audit log is nearly full. Nothing new begins until it has space.';
    const cause = new KitError('AUDIT_DISK_SHORT', text);
    this.#shortage = unavailable('The audit log has no space left for new actions.', cause);
    this.#report(cause);
  }

  /** Ends the log's service in order. */
  close(): void {
    this.#refusal ??= closedRefusal();
  }

  /** The error for callers, when the log cannot be written. */
  get refusal(): RequestError | undefined {
    return this.#refusal;
  }

  /** @throws {RequestError} `audit_unavailable` when the log cannot be written. */
  require(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /**
   * The same for what is not the end of something that has begun: the disk's reserve is for results
   * alone.
   *
   * @throws {RequestError} `audit_unavailable` also when the disk is short of space.
   */
  requireSpace(): void {
    this.require();
    if (this.#shortage !== undefined) throw this.#shortage;
  }

  // A host's callback that throws must not leave callers waiting, so it runs on its own.
  #report(cause: unknown): void {
    queueMicrotask(() => this.#onError(cause));
  }
}

/** What callers of a closed log get. */
export function closedRefusal(): RequestError {
  return unavailable('The audit log is closed.');
}

function unavailable(message: string, cause?: unknown): RequestError {
  return new RequestError('audit_unavailable', message, { retryable: true, cause });
}
