import { expect, it } from 'vitest';
import { bundleOf } from '../tabs/bundle.ts';

it('costs an application at most 1.2 kB, and brings no client along', async () => {
  const { bytes, files } = await bundleOf('src/persist/index.ts');
  expect(bytes).toBeLessThanOrEqual(1_200);
  expect(files.every((file) => file.startsWith('src/persist/'))).toBe(true);
});
