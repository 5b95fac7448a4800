import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Tells whether the page is too narrow for two columns: below 720 px. */
export class Narrow implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #media: MediaQueryList | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  get value(): boolean {
    return this.#media?.matches ?? false;
  }

  hostConnected(): void {
    this.#media = matchMedia('(max-width: 719px)');
    this.#media.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#media?.removeEventListener('change', this.#changed);
  }

  readonly #changed = (): void => this.#host.requestUpdate();
}
