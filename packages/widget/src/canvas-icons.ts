import { svg, type TemplateResult } from 'lit';
import { drawn } from './icons.ts';

/** Names of the signs that load with the canvas. */
export type CanvasIconName = keyof typeof shapes;

// On the same grid as those of `icons.ts`.
const shapes = {
  files: svg`<path d="M2.5 4.25c0-.6.4-1 1-1h3l1.5 1.5h4.5c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1h-9c-.6 0-1-.4-1-1z"/>`,
  newFile: svg`<path d="M9 2.75H4.75v10.5h3.5M9 2.75l2.75 2.75v2M9 2.75V5.5h2.75M12 9.5v4M10 11.5h4"/>`,
  newFolder: svg`<path d="M8 12.75H3.5c-.6 0-1-.4-1-1v-7.5c0-.6.4-1 1-1h3l1.5 1.5h4.5c.6 0 1 .4 1 1v2.5M12 9.5v4M10 11.5h4"/>`,
  rename: svg`<path d="m10.5 3.5 2 2-7 7-2.75.75.75-2.75zM9 5l2 2"/>`,
  remove: svg`<path d="M3 4.5h10M6.5 4.25V3h3v1.25M4.5 4.75l.5 8.5h6l.5-8.5M7 7v4M9 7v4"/>`,
  refresh: svg`<path d="M13 8a5 5 0 1 1-1.5-3.55M13 2.5v2.75h-2.75"/>`,
  drawer: svg`<path d="M2.75 3.25h10.5v9.5H2.75zM2.75 9.25h10.5"/>`,
} as const;

/** A sign of 16 px that repeats what the words beside it, or the name of its button, say. */
export function canvasIcon(name: CanvasIconName): TemplateResult {
  return drawn(shapes[name]);
}
