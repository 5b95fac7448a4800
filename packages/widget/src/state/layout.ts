import type { Memory } from './memory.ts';

/** Sizes that the person chose. */
export interface Layout {
  /** Width of the expanded panel, in pixels. */
  width: number;
  /** Height of the expanded panel, in pixels. */
  height: number;
  /** Share of the canvas that the chat takes, in percent. */
  split: number;
}

/** Sizes before anybody chose any. */
export const defaultLayout: Layout = { width: 320, height: 480, split: 40 };

/** Bounds of {@link Layout}, each as lowest and highest. */
export const layoutBounds = { width: [320, 480], height: [480, 720], split: [20, 80] } as const;

/** Brings sizes within their bounds; what is not a number becomes the default. */
export function clampLayout(layout: Partial<Record<keyof Layout, unknown>>): Layout {
  const clamp = (key: keyof Layout): number => {
    const value = layout[key];
    if (typeof value !== 'number' || !Number.isFinite(value)) return defaultLayout[key];
    const [lowest, highest] = layoutBounds[key];
    return Math.round(Math.min(highest, Math.max(lowest, value)));
  };
  return { width: clamp('width'), height: clamp('height'), split: clamp('split') };
}

/** The remembered sizes, or the defaults. */
export function readLayout(memory: Memory): Layout {
  const text = memory.read('layout');
  if (text === null) return defaultLayout;
  try {
    const parsed: unknown = JSON.parse(text);
    return clampLayout(typeof parsed === 'object' && parsed !== null ? parsed : {});
  } catch {
    return defaultLayout;
  }
}

/** Remembers sizes. */
export function writeLayout(memory: Memory, layout: Layout): void {
  memory.write('layout', JSON.stringify(layout));
}
