import { RequestError } from '../errors.ts';

/**
 * Whether the log can be trusted to keep what it is given. The first failure is final: after a
 * failed fdatasync the kernel may have dropped the written pages and report success the next time.
 *
 * @see https://lwn.net/Articles/752063/
 */
export class Availability {
  readonly #onError: (error: unknown) => void;
  #refusal: RequestError | undefined;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get available(): boolean {
    return this.#refusal === undefined;
  }

  /** Ends the log's service and reports why, once. */
  fail(cause: unknown): void {
    if (this.#refusal !== undefined) return;
    this.#refusal = unavailable(
      'The audit log cannot be written. Nothing is done unrecorded.',
      cause,
    );
    // A host's callback that throws must not leave callers waiting, so it runs on its own.
    queueMicrotask(() => this.#onError(cause));
  }

  /** Ends the log's service in order. */
  close(): void {
    this.#refusal ??= closedRefusal();
  }

  /** The error for callers, when the log is not available. */
  get refusal(): RequestError | undefined {
    return this.#refusal;
  }

  /** @throws {RequestError} `audit_unavailable` when the log is not available. */
  require(): void {
    if (this.#refusal !== undefined) throw this.#refusal;
  }
}

/** What callers of a closed log get. */
export function closedRefusal(): RequestError {
  return unavailable('The audit log is closed.');
}

function unavailable(message: string, cause?: unknown): RequestError {
  return new RequestError('audit_unavailable', message, { retryable: true, cause });
}
