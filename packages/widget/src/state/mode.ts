/** How much of the page the assistant takes. */
export type Mode = 'minimized' | 'expanded' | 'canvas';

/** Corner of the page where launcher and panel sit. */
export type Placement = 'bottom-right' | 'bottom-left' | 'top-right' | 'top-left';

/** Colours asked for: fixed, or those of the page. */
export type Theme = 'light' | 'dark' | 'auto';

/** Reads a mode from an attribute; anything unknown is `minimized`. */
export function modeOf(value: string | null): Mode {
  return value === 'expanded' || value === 'canvas' ? value : 'minimized';
}

/** The mode that Escape leads to. */
export function modeAfterEscape(mode: Mode): Mode {
  return mode === 'canvas' ? 'expanded' : 'minimized';
}
