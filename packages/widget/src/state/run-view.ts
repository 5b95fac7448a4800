import type { Run } from '@ide-assistant/sdk';
import { runStrings as words } from '../strings/run.ts';
import type { Tone } from './status-view.ts';

/** How a run stands, in a few words. */
export interface RunView {
  word: string;
  tone: Tone | 'plain';
  /** Something more to know, as why it was refused. */
  detail: string | null;
  /** Whether it can be stopped. */
  active: boolean;
}

/** Renders a run at an instant. */
export function runView(run: Run, nowMs: number): RunView {
  const base = { detail: null, active: false };
  const result = run.result;
  switch (run.state) {
    case 'queued':
      return { ...base, word: words.queued, tone: 'warn', active: true };
    case 'running':
      return {
        ...base,
        word: words.running(formatDuration(Math.max(0, nowMs - run.startedAt), 0)),
        tone: 'plain',
        active: true,
      };
    case 'cancelled':
      return { ...base, word: words.stopped, tone: 'plain' };
    case 'blocked':
      return { ...base, word: words.blocked, tone: 'bad', detail: run.error?.message ?? null };
    case 'failed':
    case 'done': {
      if (!result) {
        return { ...base, word: words.failed, tone: 'bad', detail: run.error?.message ?? null };
      }
      const detail = result.truncated ? words.truncated : null;
      const took = formatDuration(result.duration_ms);
      if (result.timed_out) return { ...base, detail, word: words.timedOut(took), tone: 'bad' };
      if (result.signal) {
        return { ...base, detail, word: words.killed(result.signal, took), tone: 'bad' };
      }
      const tone = result.success ? 'good' : 'bad';
      return { ...base, detail, word: words.exited(result.exit_code ?? 0, took), tone };
    }
  }
}

/** A duration for reading: milliseconds below 100 ms, else seconds. */
export function formatDuration(durationMs: number, digits = 1): string {
  if (digits > 0 && durationMs < 100) return `${Math.round(durationMs)} ms`;
  return `${(durationMs / 1_000).toFixed(digits)} s`;
}
