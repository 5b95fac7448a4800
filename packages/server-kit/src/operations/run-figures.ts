import type { ResultOf } from '@ide-assistant/sdk/protocol';
import type { ExecutionOutcome } from '../sandbox/index.ts';

type Figures = Pick<ResultOf<'code_execute'>, 'reason' | 'cpu_ms' | 'peak_memory_bytes'>;

const reasonOnTheWire = {
  exit: 'exit',
  timeout: 'timeout',
  'output-limit': 'output_limit',
  'memory-limit': 'memory_limit',
  'disk-limit': 'disk_limit',
  cancelled: 'cancelled',
  error: 'error',
} as const;

/** What ended a run and what it has used, as replies tell it. */
export function runFigures({ reason, cpuMs, peakMemoryBytes }: ExecutionOutcome): Figures {
  return {
    reason: reasonOnTheWire[reason],
    ...(cpuMs === undefined ? {} : { cpu_ms: cpuMs }),
    ...(peakMemoryBytes === undefined ? {} : { peak_memory_bytes: peakMemoryBytes }),
  };
}
