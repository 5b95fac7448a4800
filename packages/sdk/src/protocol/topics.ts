import * as z from 'zod';

/** What a connection may subscribe to; `session` is subscribed from the start. */
export const topic = z.enum(['session', 'concepts', 'phase']);

/** Name of a stream of events. */
export type Topic = z.infer<typeof topic>;
