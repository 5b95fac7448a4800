import { css } from 'lit';

/**
 * The part of the theming API that the launcher needs; the rest is in `panel-tokens.ts`: colours, type and sizes as custom properties on the element. A page overrides any
 * of them by a rule on `ide-assistant`, since a page's rule wins over `:host`.
 *
 * Where `light-dark()` is missing, the light values stand in both schemes.
 */
export const tokens = css`
  :host {
    --ida-ink: #1b1e24;
    --ida-ink-2: #5b616c;
    --ida-surface: #ffffff;
    --ida-surface-2: #f5f6f8;
    --ida-line: rgb(27 30 36 / 0.1);
    --ida-accent: #2d5bd0;
    --ida-on-accent: #ffffff;
    --ida-dot-good: #1f9d5f;
    --ida-dot-warn: #bf8600;
    --ida-dot-bad: #d13a32;
    --ida-shadow: 0 8px 28px rgb(16 20 30 / 0.16);
  }

  .root.dark {
    color-scheme: dark;
  }

  .root.light {
    color-scheme: light;
  }

  @supports (color: light-dark(#000, #fff)) {
    :host {
      --ida-ink: light-dark(#1b1e24, #e4e6ea);
      --ida-ink-2: light-dark(#5b616c, #9da3ae);
      --ida-surface: light-dark(#ffffff, #17191d);
      --ida-surface-2: light-dark(#f5f6f8, #1e2126);
      --ida-line: light-dark(rgb(27 30 36 / 0.1), rgb(228 230 234 / 0.1));
      --ida-accent: light-dark(#2d5bd0, #8fadff);
      --ida-on-accent: light-dark(#ffffff, #10131a);
      --ida-dot-good: light-dark(#1f9d5f, #3fbf7f);
      --ida-dot-warn: light-dark(#bf8600, #f0b429);
      --ida-dot-bad: light-dark(#d13a32, #ff6b61);
      --ida-shadow: 0 8px 28px light-dark(rgb(16 20 30 / 0.16), rgb(0 0 0 / 0.5));
    }
  }

  :host {
    --ida-font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
    --ida-z-index: 1000;
    --ida-motion: 120ms ease-out;
  }

  @media (prefers-reduced-motion: reduce) {
    :host {
      --ida-motion: 0s;
    }
  }
`;
