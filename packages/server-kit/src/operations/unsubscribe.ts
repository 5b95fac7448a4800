import type { OperationHandler } from './handler.ts';
import { ownConnection } from './own-connection.ts';

/** Removes topics from those of the connection that asks. */
export const unsubscribe: OperationHandler<'unsubscribe'> = {
  execute({ topics }, context) {
    const connection = ownConnection(context);
    connection.unsubscribe(topics);
    return Promise.resolve({ topics: [...connection.topics] });
  },
};
