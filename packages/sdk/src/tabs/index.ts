export { shareSocket, type ShareSocketOptions } from './share-socket.ts';
export type { ChannelLike, LocksLike } from './page.ts';
