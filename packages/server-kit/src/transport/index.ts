export { adaptWebSocket, attachWebSockets } from './attach.ts';
export { openConnection, type Connection } from './connection.ts';
export type { UpgradeRequest } from './handshake.ts';
export type { HostAuthenticate, HostUser } from './identify.ts';
export { createRestHandler, type Health, type NodeHandler } from './rest.ts';
export type { SocketLike } from './socket.ts';
export { startUpkeep } from './upkeep.ts';
