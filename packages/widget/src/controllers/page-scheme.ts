import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Theme } from '../state/mode.ts';
import { isOpaque, schemeOf } from '../state/scheme.ts';

/** Follows the page's colours and tells whether to be light or dark. */
export class PageScheme implements ReactiveController {
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #theme: () => Theme;
  #media: MediaQueryList | undefined;
  #observer: MutationObserver | undefined;
  #value: 'light' | 'dark' = 'light';

  constructor(host: ReactiveControllerHost & HTMLElement, theme: () => Theme) {
    this.#host = host;
    this.#theme = theme;
    host.addController(this);
  }

  /** Light or dark, as of the last update. */
  get value(): 'light' | 'dark' {
    return this.#value;
  }

  hostConnected(): void {
    this.#media = matchMedia('(prefers-color-scheme: dark)');
    this.#media.addEventListener('change', this.#changed);
    // Pages switch their theme by an attribute of the root or the body.
    this.#observer = new MutationObserver(this.#changed);
    const filter = { attributes: true, attributeFilter: ['class', 'style', 'data-theme'] };
    this.#observer.observe(document.documentElement, filter);
    this.#observer.observe(document.body, filter);
    this.#value = this.#read();
  }

  hostUpdate(): void {
    this.#value = this.#read();
  }

  hostDisconnected(): void {
    this.#media?.removeEventListener('change', this.#changed);
    this.#observer?.disconnect();
  }

  readonly #changed = (): void => {
    if (this.#read() !== this.#value) this.#host.requestUpdate();
  };

  #read(): 'light' | 'dark' {
    const theme = this.#theme();
    if (theme !== 'auto') return theme;
    if (this.#media === undefined) return 'light';
    const parent = this.#host.parentElement ?? document.documentElement;
    return schemeOf(theme, {
      colorScheme: getComputedStyle(parent).colorScheme,
      background: backgroundBehind(parent),
      prefersDark: this.#media.matches,
    });
  }
}

function backgroundBehind(start: Element): string | null {
  for (let element: Element | null = start; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if (isOpaque(color)) return color;
  }
  return null;
}
