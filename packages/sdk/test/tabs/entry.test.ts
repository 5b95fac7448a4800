import { expect, it } from 'vitest';
import { bundleOf } from './bundle.ts';

it('costs an application at most 1.4 kB, and brings no client along', async () => {
  const { bytes, files } = await bundleOf('src/tabs/index.ts');
  expect(bytes).toBeLessThanOrEqual(1_400);
  expect(files.every((file) => file.startsWith('src/tabs/'))).toBe(true);
});
