import type { Theme } from './mode.ts';

/** What the page says about its own colours. */
export interface PageColors {
  /** Computed `color-scheme` of the element's parent. */
  colorScheme: string;
  /** First background from the parent outwards that is not transparent, as computed, or null. */
  background: string | null;
  /** Whether the person's system prefers dark. */
  prefersDark: boolean;
}

/**
 * Chooses light or dark. `auto` takes the page's side: its declared `color-scheme`, and where it
 * declares none, how dark its background is. A system preference alone decides only for a page that
 * declares that it follows it; a white page stays white on a dark system.
 */
export function schemeOf(theme: Theme, page: PageColors): 'light' | 'dark' {
  if (theme !== 'auto') return theme;
  const declared = page.colorScheme.split(/\s+/);
  const dark = declared.includes('dark');
  const light = declared.includes('light');
  if (dark && light) return page.prefersDark ? 'dark' : 'light';
  if (dark !== light) return dark ? 'dark' : 'light';
  return page.background !== null && luminance(page.background) < 0.4 ? 'dark' : 'light';
}

/** Whether a computed colour lets nothing through from behind. */
export function isOpaque(color: string): boolean {
  const alpha = /^rgba\(.*,\s*([\d.]+)\)$/.exec(color)?.[1];
  return color !== 'transparent' && (alpha === undefined || Number(alpha) > 0.5);
}

function luminance(color: string): number {
  const [red = 255, green = 255, blue = 255] = (color.match(/[\d.]+/g) ?? []).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}
