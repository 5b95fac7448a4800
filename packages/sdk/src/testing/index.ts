export { createFakeServer } from './fake-server.ts';
export type {
  FakeContext,
  FakeReplies,
  FakeReply,
  FakeServer,
  FakeServerOptions,
  FakeSocket,
} from './types.ts';
