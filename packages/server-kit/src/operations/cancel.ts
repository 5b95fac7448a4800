import type { OperationHandler } from './handler.ts';

/** Stops a running request of the same client. */
export const cancel: OperationHandler<'cancel'> = {
  execute: async ({ request_id_to_cancel }, { cancelRequest }) => ({
    cancelled: await cancelRequest(request_id_to_cancel),
  }),
};
