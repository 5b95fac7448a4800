import { css } from 'lit';

/** The status dot. Pulses by opacity only, and holds still under reduced motion. */
export const dotStyles = css`
  .dot {
    flex: none;
    display: inline-block;
    inline-size: 8px;
    block-size: 8px;
    border-radius: 50%;
    background: var(--ida-dot-warn);
  }

  .dot.good {
    background: var(--ida-dot-good);
  }

  .dot.bad {
    background: var(--ida-dot-bad);
  }

  .dot.pulse {
    animation: pulse 1.6s ease-in-out infinite;
  }

  @keyframes pulse {
    50% {
      opacity: 0.35;
    }
  }

  @media (prefers-reduced-motion: reduce) {
    .dot.pulse {
      animation: none;
    }
  }
`;
