import { randomUUID } from 'node:crypto';

/** How far a run has come. */
export type RunStage = 'starting' | 'ready' | 'begun' | 'reported';

/** Parts what a program writes from what the script around it reports. */
export interface ReportReader {
  /** Gives what of these bytes is the program's. */
  read(bytes: Buffer): Buffer;
  readonly stage: RunStage;
  /** What the script wrote after the program had ended. */
  report(): string;
  /** What was kept back for it might have been the report's beginning. */
  rest(): Buffer;
}

/** A report is a few lines; a program that pretends to make one does not fill the memory by it. */
const mostBytes = 16_384;

/** A word that nobody can guess, and whose first character hardly any program writes. */
export const createMarker = (): string => `\u001e${randomUUID()}`;

const nothing: Buffer = Buffer.alloc(0);

/**
 * Reads the stream on which the script of {@link runScript} reports.
 * @param marker as {@link createMarker} makes it.
 */
export function createReportReader(marker: string): ReportReader {
  let stage: RunStage = 'starting';
  let held: Buffer = nothing;

  /** Whether the program has begun, so that what is held now is its own. */
  const hasBegun = (): boolean => {
    if (stage === 'begun') return true;
    const text = held.toString('latin1');
    const begin = new RegExp(`${marker} begin\r?\n`).exec(text);
    if (begin) {
      stage = 'begun';
      held = held.subarray(begin.index + begin[0].length);
      return true;
    }
    if (text.includes(`${marker} ready`)) stage = 'ready';
    held = held.subarray(-mostBytes);
    return false;
  };

  return {
    get stage() {
      return stage;
    },
    read(bytes) {
      held = Buffer.concat([held, bytes]);
      if (stage === 'reported') {
        held = held.subarray(0, mostBytes);
        return nothing;
      }
      if (!hasBegun()) return nothing;
      const at = held.indexOf(marker);
      const end = at === -1 ? held.length - beginningLength(held, marker) : at;
      if (at !== -1) stage = 'reported';
      const output = held.subarray(0, end);
      held = held.subarray(end);
      return output;
    },
    report: () => (stage === 'reported' ? held.toString() : ''),
    rest: () => (stage === 'begun' ? held : nothing),
  };
}

/** How many bytes at the end of this may be the beginning of the marker. */
function beginningLength(bytes: Buffer, marker: string): number {
  // Its first character is nowhere else in it.
  const at = bytes.lastIndexOf(marker.slice(0, 1));
  return at !== -1 && marker.startsWith(bytes.toString('latin1', at)) ? bytes.length - at : 0;
}
