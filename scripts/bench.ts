import { globSync } from 'node:fs';
import { formatSeconds, runCommand } from './run-command.ts';

/** Words on the command line choose files whose path contains one of them; without any, all run. */
const filters = process.argv.slice(2);
const files = globSync('bench/*.bench.ts')
  .toSorted()
  .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));

if (files.length === 0) {
  console.log(`no file of bench/*.bench.ts matches ${filters.join(' ') || 'anything'}`);
  process.exit(1);
}

// One after another: two that share the processor would measure each other.
const failed: string[] = [];
for (const file of files) {
  console.log(`\n${file}`);
  const { code, durationMs } = await runCommand(process.execPath, [
    '--conditions=ide-assistant-source',
    '--expose-gc',
    file,
  ]);
  console.log(
    `${file}: ${code === 0 ? 'done' : `failed with exit code ${code}`} in ${formatSeconds(durationMs)}`,
  );
  if (code !== 0) failed.push(file);
}
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
