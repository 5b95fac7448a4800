import type { OperationHandler } from './handler.ts';
import { ownConnection } from './own-connection.ts';

/** Replaces the connection's token by a newer one of the same user. */
export const tokenRefresh: OperationHandler<'token_refresh'> = {
  async execute({ token }, context) {
    const expiresAt = await ownConnection(context).renewToken(token);
    return { expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString() };
  },
};
