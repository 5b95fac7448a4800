export { adaptWebSocket, attachWebSockets } from './attach.ts';
export {
  openConnection,
  type Connection,
  type HostAuthenticate,
  type HostUser,
} from './connection.ts';
export type { UpgradeRequest } from './handshake.ts';
export { createRestHandler, type Health, type NodeHandler } from './rest.ts';
export type { SocketLike } from './socket.ts';
export { startUpkeep } from './upkeep.ts';
