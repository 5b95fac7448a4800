import { css } from 'lit';

/** The part of the theming API that loads with the panel, on the same terms as `tokens.ts`. */
export const panelTokens = css`
  :host {
    --ida-good: #18794a;
    --ida-warn: #875600;
    --ida-bad: #b92c25;
    --ida-add: #18794a;
    --ida-del: #b92c25;
    --ida-syntax-keyword: #7a3cc2;
    --ida-syntax-string: #18794a;
    --ida-syntax-number: #9a4a00;
    --ida-syntax-comment: #656c78;
    --ida-syntax-name: #1f5fae;
    --ida-mono:
      ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
    --ida-radius: 6px;
    --ida-radius-panel: 10px;
  }

  @supports (color: light-dark(#000, #fff)) {
    :host {
      --ida-good: light-dark(#18794a, #56c78f);
      --ida-warn: light-dark(#875600, #e8b545);
      --ida-bad: light-dark(#b92c25, #ff8b82);
      --ida-add: light-dark(#18794a, #56c78f);
      --ida-del: light-dark(#b92c25, #ff8b82);
      --ida-syntax-keyword: light-dark(#7a3cc2, #c9a4ff);
      --ida-syntax-string: light-dark(#18794a, #8fd6a8);
      --ida-syntax-number: light-dark(#9a4a00, #f0b37e);
      --ida-syntax-comment: light-dark(#656c78, #8c93a0);
      --ida-syntax-name: light-dark(#1f5fae, #8fc1ff);
    }
  }
`;
