import { expectTypeOf, it } from 'vitest';
import type { Client, WebSocketConstructor } from '../../src/index.ts';
import { createFakeServer, type FakeContext, type FakeServer } from '../../src/testing/index.ts';
import { validate } from '../../src/validate/index.ts';

it('types handlers by their operation', () => {
  const server = createFakeServer({
    replies: {
      file_rename(input, context) {
        expectTypeOf(input.old_path).toEqualTypeOf<string>();
        expectTypeOf(context).toEqualTypeOf<FakeContext>();
        return { old_path: input.old_path, new_path: input.new_path };
      },
      // @ts-expect-error a reply that lacks a field
      directory_list: () => ({ tree: [] }),
      file_delete: async ({ path }) => ({ path }),
      file_create: () => ({ type: 'blocked', action: 'a', reason: 'r', audit_id: 'v' }),
    },
  });
  expectTypeOf(server).toEqualTypeOf<FakeServer>();
  // @ts-expect-error no operation
  createFakeServer({ replies: { file_fly: () => ({}) } });
});

it('types events by their name', () => {
  const server = createFakeServer();
  server.emit('ai_typing', { is_typing: true });
  // @ts-expect-error a field of another type
  server.emit('ai_typing', { is_typing: 'yes' });
  // @ts-expect-error a missing field
  server.emit('ai_delta', { delta: '' });
  // @ts-expect-error no event
  server.emit('weather', {});
  expectTypeOf(server.WebSocket).toEqualTypeOf<WebSocketConstructor>();
});

it('keeps the type of a client that is validated', () => {
  expectTypeOf(validate).toEqualTypeOf<(client: Client) => Client>();
});
