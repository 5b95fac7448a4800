import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take longest, the longest first. Without figures of an earlier run Vitest goes by the
 * size of files, and one that is short and takes minutes would run alone at the end.
 */
const longest = [
  'delivery/loads.test.ts',
  'delivery/loads-cut.test.ts',
  'delivery/life.test.ts',
  'delivery/scale.test.ts',
  'delivery/time.test.ts',
  'sandbox/bubblewrap-mutants.test.ts',
  'sandbox/attacks.test.ts',
  'kit/crash-repeats.test.ts',
  'sandbox/resources.test.ts',
  'sandbox/docker-mutants.test.ts',
];

/** Begins with the files that take longest, so that all workers end at about the same time. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const index = longest.findIndex((file) => moduleId.endsWith(file));
  return index === -1 ? longest.length : index;
}
