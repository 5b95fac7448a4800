import type { OperationHandler } from './handler.ts';
import { ownConnection } from './own-connection.ts';

/** Adds topics to those of the connection that asks. */
export const subscribe: OperationHandler<'subscribe'> = {
  execute({ topics, binary = false }, context) {
    const connection = ownConnection(context);
    connection.subscribe(topics, binary);
    return Promise.resolve({ topics: [...connection.topics] });
  },
};
