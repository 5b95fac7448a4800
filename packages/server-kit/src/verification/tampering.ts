import { KitError } from '../errors.ts';

/**
 * What a check of the log found wrong.
 *
 * Of a single line:
 * - `PARSE`: it is not an entry. `PAYLOAD_TYPE`: it is an envelope of something else.
 * - `SIGNATURE`: the signature of the log's key does not fit its content.
 * - `FOREIGN_KEY`: it is signed by a key that is not the log's.
 * - `KEY_RANGE`: it is signed by a key of the log, but not by the one that was in force there; or the
 *   key is changed elsewhere, or to another one, than the trusted keys say.
 * - `FORM`: the log's key signed it, but what no signature covers is not as the log writes it.
 *
 * Of the order of lines:
 * - `MISSING`: entries are gone. `DUPLICATE`: an entry stands there twice. `ORDER`: it was moved.
 * - `INSERTED`: the log's key signed it, but it is not of this chain.
 * - `CHAIN`: it does not follow the bytes of the one before, though the key signed both.
 * - `TIME_BACKWARDS`: it claims to be older than the one before.
 *
 * Of the whole, beside a checkpoint:
 * - `ROOT`: the entries are not those that the log's checkpoint covers.
 * - `TRUNCATED`: there are fewer than a checkpoint covers.
 * - `ROLLBACK`: the log's checkpoint is older than an anchor, or the log than the newest trusted
 *   key. `FORK`: the log has another history than the anchor.
 * - `CHECKPOINT`: it is missing or no signed note. `ORIGIN`: it belongs to another log.
 *
 * `KEY`: the key itself is missing or unfit. `REPLACED`: the file under a running log is another
 * one, or was changed in place.
 *
 * Warnings, which a crash or a log in use explains:
 * - `UNCOMMITTED_TAIL`: bytes of an unfinished entry at the end, which nobody was told is recorded.
 * - `OPEN_INTENT`: an action has begun, and nothing says how it ended.
 */
export type TamperFinding =
  | 'PARSE'
  | 'PAYLOAD_TYPE'
  | 'SIGNATURE'
  | 'FOREIGN_KEY'
  | 'KEY_RANGE'
  | 'FORM'
  | 'MISSING'
  | 'DUPLICATE'
  | 'ORDER'
  | 'INSERTED'
  | 'CHAIN'
  | 'TIME_BACKWARDS'
  | 'ROOT'
  | 'TRUNCATED'
  | 'ROLLBACK'
  | 'FORK'
  | 'CHECKPOINT'
  | 'ORIGIN'
  | 'KEY'
  | 'REPLACED'
  | 'UNCOMMITTED_TAIL'
  | 'OPEN_INTENT';

/** One thing that a check of a log found. */
export interface LogFinding {
  code: TamperFinding;
  /** A `warning` is no tampering: a crash or a log in use explains it. */
  level: 'error' | 'warning';
  /** What was found, for people. */
  message: string;
  /** The entry at which it shows, counted from 0; absent where no single entry can be named. */
  index?: number;
  /** Line of the log's file, counted from 1; absent for what is not in a line. */
  line?: number;
}

/** The log is not what was signed. The code is `AUDIT_TAMPERED`; `finding` and `index` say where. */
export class AuditTamperedError extends KitError {
  readonly finding: TamperFinding;
  /** The entry at which it shows, counted from 0; absent where no single entry can be named. */
  readonly index: number | undefined;
  /** What was found, without the code before it. */
  readonly explanation: string;

  constructor(
    finding: TamperFinding,
    message: string,
    options: ErrorOptions & { index?: number | undefined } = {},
  ) {
    super('AUDIT_TAMPERED', `${finding}: ${message}`, options);
    this.finding = finding;
    this.index = options.index;
    this.explanation = message;
  }
}
