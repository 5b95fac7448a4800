import type { Status } from '@ide-assistant/sdk';

/** `ida-status-change`: the connection came, went or is being tried. */
export class StatusChangeEvent extends Event {
  /** The status now, as the client reports it. */
  readonly status: Status;

  constructor(status: Status) {
    super('ida-status-change', { bubbles: true, composed: true });
    this.status = status;
  }
}

declare global {
  interface HTMLElementEventMap {
    'ida-status-change': StatusChangeEvent;
  }
}
