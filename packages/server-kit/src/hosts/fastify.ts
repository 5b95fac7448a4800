import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { createServerKit, type ServerKit, type ServerKitOptions } from '../kit.ts';

/** Options of the plugin: those of the kit, or a kit that is there already. */
export type IdeAssistantPluginOptions = ServerKitOptions | { kit: ServerKit };

/**
 * Fastify plugin: REST and WebSocket of the kit on Fastify's own server.
 *
 * Fastify waits for open sockets when it closes, so the kit's clients are told to come back before
 * it does (`preClose`; `onClose` would be too late).
 *
 * @example
 * await app.register(ideAssistant, { auth: { secret, issuer: 'app', audience: 'ide' } });
 */
export const ideAssistant: FastifyPluginCallback<IdeAssistantPluginOptions> = (
  app: FastifyInstance,
  options,
  done,
) => {
  const kit = 'kit' in options ? options.kit : createServerKit(options);
  const path = 'kit' in options ? '/ide' : (options.path ?? '/ide');
  // The kit reads bodies itself, so none may be consumed before; the scope is the plugin's own.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
  app.all(`${path}/*`, (request, reply) => {
    reply.hijack();
    kit.handler(request.raw, reply.raw);
  });
  const detach = kit.attach(app.server);
  app.addHook('preClose', async () => {
    detach();
    await kit.close();
  });
  kit.ready.then(() => done(), done);
};
