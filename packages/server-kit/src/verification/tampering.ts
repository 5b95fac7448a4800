import { KitError } from '../errors.ts';

/**
 * What a check of the log found wrong.
 * - `PARSE`: a line is not an entry. `PAYLOAD_TYPE`: it is an envelope of something else.
 * - `SIGNATURE`: no signature of the log's key fits. `KEY`: the key itself is missing or unfit.
 * - `SEQ`: an entry is missing, doubled or out of place. `CHAIN`: it does not follow the one before.
 * - `ROOT`: the entries are not those that the checkpoint covers. `TRUNCATED`: fewer than it covers.
 * - `CHECKPOINT`: it is missing or no signed note. `ORIGIN`: it belongs to another log.
 * - `REPLACED`: the file under a running log is another one, or was changed in place.
 */
export type TamperFinding =
  | 'PARSE'
  | 'PAYLOAD_TYPE'
  | 'SIGNATURE'
  | 'KEY'
  | 'SEQ'
  | 'CHAIN'
  | 'ROOT'
  | 'TRUNCATED'
  | 'CHECKPOINT'
  | 'ORIGIN'
  | 'REPLACED';

/** The log is not what was signed. The code is `AUDIT_TAMPERED`; `finding` and `index` say where. */
export class AuditTamperedError extends KitError {
  readonly finding: TamperFinding;
  /** The entry at which it shows, counted from 0; absent where no single entry can be named. */
  readonly index: number | undefined;

  constructor(
    finding: TamperFinding,
    message: string,
    options: ErrorOptions & { index?: number } = {},
  ) {
    super('AUDIT_TAMPERED', `${finding}: ${message}`, options);
    this.finding = finding;
    this.index = options.index;
  }
}
