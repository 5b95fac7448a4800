import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { runCommand } from './run-command.ts';

const projects = globSync([
  'tsconfig.json',
  'packages/*/tsconfig*.json',
  'examples/tsconfig.json',
  'bench/tsconfig.json',
]).toSorted();

const waiting = [...projects];
const failed: string[] = [];

async function checkNext(): Promise<void> {
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    const { code, output } = await runCommand('tsc', ['-p', project, '--pretty', 'false'], {
      output: 'keep',
    });
    if (code === 0) continue;
    failed.push(project);
    console.log(`${project}\n${output}`);
  }
}

await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, checkNext));

console.log(
  failed.length === 0
    ? `${projects.length} projects have no type error`
    : `type errors in ${failed.toSorted().join(', ')}`,
);
process.exit(failed.length === 0 ? 0 : 1);
