import { mergeRegions, type Region } from './merge-regions.ts';
import { bodyLines, shapeOf, textOf, type TextShape } from './text-shape.ts';

/** A place that both sides have changed, each in its own way. */
export interface MergeConflict {
  /** What stood there; `''` where both have inserted. */
  readonly base: string;
  readonly mine: string;
  readonly theirs: string;
  /** Line of `mine` at which the place begins, counted from 1. */
  readonly line: number;
}

/** A merged text, or the places where a person must choose. */
export type MergeResult =
  | { readonly clean: true; readonly text: string }
  | { readonly clean: false; readonly conflicts: MergeConflict[] };

/**
 * Merges two texts that come from the same base, line by line. Changes of both sides are taken
 * where at least one unchanged line lies between them or they are the same; where they touch, it
 * is a conflict. The byte order mark, the kind of line ending and the final line ending are merged
 * on their own, so an editor that turns CRLF into LF does not conflict with every line.
 *
 * @see A Formal Investigation of Diff3 (Khanna, Kunal, Pierce 2007), of which this is the
 *   algorithm.
 */
export function mergeTexts(base: string, mine: string, theirs: string): MergeResult {
  if (mine === theirs || theirs === base) return { clean: true, text: mine };
  if (mine === base) return { clean: true, text: theirs };

  const shapes = [shapeOf(base), shapeOf(mine), shapeOf(theirs)] as const;
  const lineEnding = mergedLineEnding(...shapes);
  const [baseLines, mineLines, theirLines] = shapes.map((shape) => linesFor(shape, shapes)) as [
    string[],
    string[],
    string[],
  ];

  const regions = mergeRegions(baseLines, mineLines, theirLines);
  const conflicts = regions.flatMap((region) =>
    region.kind === 'conflict' ? [conflictOf(region, lineEnding)] : [],
  );
  if (conflicts.length > 0) return { clean: false, conflicts };
  const merged = regions.flatMap((region) => (region.kind === 'merged' ? region.lines : []));

  const [baseShape, mineShape, theirShape] = shapes;
  const changed = (key: 'bom' | 'finalNewline'): boolean =>
    mineShape[key] === baseShape[key] ? theirShape[key] : mineShape[key];
  const shape = { bom: changed('bom'), lineEnding, finalNewline: changed('finalNewline') };
  return { clean: true, text: textOf(merged, shape) };
}

type Shapes = readonly [TextShape, TextShape, TextShape];

// Where one text mixes its endings a carriage return is part of its line in all three.
function mergedLineEnding(...[base, mine, theirs]: Shapes): '\n' | '\r\n' {
  const endings = [base, mine, theirs].map((shape) => shape.lineEnding);
  if (endings.includes('mixed')) return '\n';
  const chosen =
    mine.lineEnding !== null && mine.lineEnding !== base.lineEnding
      ? mine.lineEnding
      : (theirs.lineEnding ?? mine.lineEnding ?? base.lineEnding);
  return chosen === '\r\n' ? '\r\n' : '\n';
}

function linesFor(shape: TextShape, shapes: Shapes): string[] {
  const someMixed = shapes.some(({ lineEnding }) => lineEnding === 'mixed');
  return bodyLines(shape, someMixed ? '\n' : (shape.lineEnding ?? '\n'));
}

function conflictOf(
  region: Extract<Region, { kind: 'conflict' }>,
  lineEnding: string,
): MergeConflict {
  const text = (lines: readonly string[]): string =>
    lines.map((line) => line + lineEnding).join('');
  return {
    base: text(region.base),
    mine: text(region.mine),
    theirs: text(region.theirs),
    line: region.mineStart + 1,
  };
}
