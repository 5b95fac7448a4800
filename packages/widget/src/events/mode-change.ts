import type { Mode } from '../state/mode.ts';

/** `ida-mode-change`: the element changed between launcher, panel and canvas. */
export class ModeChangeEvent extends Event {
  /** The mode now. */
  readonly mode: Mode;
  /** The mode before. */
  readonly previous: Mode;

  constructor(mode: Mode, previous: Mode) {
    super('ida-mode-change', { bubbles: true, composed: true });
    this.mode = mode;
    this.previous = previous;
  }
}

declare global {
  interface HTMLElementEventMap {
    'ida-mode-change': ModeChangeEvent;
  }
}
