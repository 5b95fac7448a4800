import { css } from 'lit';
import { base } from '../../styles/base.ts';

const own = css`
  :host {
    min-block-size: 0;
    block-size: 100%;
    contain: layout style;
  }

  .frame,
  .host,
  .review {
    block-size: 100%;
    min-block-size: 0;
  }
`;

/** Styles of the editor's frame; those of its inside are in `theme.ts`. */
export const editorStyles = [base, own];
