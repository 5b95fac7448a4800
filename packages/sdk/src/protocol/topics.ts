import * as z from 'zod';

/** What a connection may subscribe to; `session` is subscribed from the start. */
export const topic = z.enum(['session', 'concepts', 'phase']);

/** Name of a stream of events. */
export type Topic = z.infer<typeof topic>;

/**
 * The topic of an event. Those of `concepts` and `phase` carry no number: only the latest matters, so
 * that a connection which is behind is spared the earlier ones.
 */
export function topicOf(event: string): Topic {
  if (event === 'concept_update') return 'concepts';
  return event === 'phase_frame' ? 'phase' : 'session';
}
