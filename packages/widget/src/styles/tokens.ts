import { css } from 'lit';

/**
 * The theming API: colours, type and sizes as custom properties on the element. A page overrides any
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
    --ida-good: #18794a;
    --ida-warn: #875600;
    --ida-bad: #b92c25;
    --ida-dot-good: #1f9d5f;
    --ida-dot-warn: #bf8600;
    --ida-dot-bad: #d13a32;
    --ida-add: #18794a;
    --ida-del: #b92c25;
    --ida-shadow: 0 8px 28px rgb(16 20 30 / 0.16);
    --ida-syntax-keyword: #7a3cc2;
    --ida-syntax-string: #18794a;
    --ida-syntax-number: #9a4a00;
    --ida-syntax-comment: #656c78;
    --ida-syntax-name: #1f5fae;
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
      --ida-good: light-dark(#18794a, #56c78f);
      --ida-warn: light-dark(#875600, #e8b545);
      --ida-bad: light-dark(#b92c25, #ff8b82);
      --ida-dot-good: light-dark(#1f9d5f, #3fbf7f);
      --ida-dot-warn: light-dark(#bf8600, #f0b429);
      --ida-dot-bad: light-dark(#d13a32, #ff6b61);
      --ida-add: light-dark(#18794a, #56c78f);
      --ida-del: light-dark(#b92c25, #ff8b82);
      --ida-shadow: 0 8px 28px light-dark(rgb(16 20 30 / 0.16), rgb(0 0 0 / 0.5));
      --ida-syntax-keyword: light-dark(#7a3cc2, #c9a4ff);
      --ida-syntax-string: light-dark(#18794a, #8fd6a8);
      --ida-syntax-number: light-dark(#9a4a00, #f0b37e);
      --ida-syntax-comment: light-dark(#656c78, #8c93a0);
      --ida-syntax-name: light-dark(#1f5fae, #8fc1ff);
    }
  }

  :host {
    --ida-font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
    --ida-mono:
      ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
    --ida-z-index: 1000;
    --ida-radius: 6px;
    --ida-radius-panel: 10px;
    --ida-motion: 120ms ease-out;
  }

  @media (prefers-reduced-motion: reduce) {
    :host {
      --ida-motion: 0s;
    }
  }
`;
