import type { Client } from './client.ts';
import { decodePhaseFrame } from './protocol/phase-frame.ts';
import type { EventFields } from './protocol/index.ts';

/**
 * Subscribes to the phases of the concepts, which travel as binary frames, and names each by its
 * concept. Resolves with the function that ends it.
 * @throws AssistantError (rejects) when the subscription is refused or the client is closed.
 * @example
 * const stop = await onPhases(client, ({ coherence }) => draw(coherence));
 */
export async function onPhases(
  client: Client,
  listener: (frame: EventFields<'phase_frame'>) => void,
): Promise<() => Promise<void>> {
  const topics: ('concepts' | 'phase')[] = ['concepts', 'phase'];
  let ids: string[] = [];
  const stops = [
    client.on('concept_update', ({ nodes }) => {
      ids = nodes?.map(({ id }) => id) ?? [];
    }),
    client.on('binary', (buffer) => {
      const frame = decodePhaseFrame(buffer);
      // One of another set of concepts is skipped: the update that names them is still on its way.
      if (frame?.phases.length === ids.length) {
        listener({ ...frame, ids, phases: [...frame.phases] });
      }
    }),
  ];
  const unbind = () => stops.forEach((stop) => stop());
  try {
    await client.request('subscribe', { topics, binary: true });
  } catch (error) {
    unbind();
    throw error;
  }
  return async () => {
    unbind();
    await client.request('unsubscribe', { topics });
  };
}
