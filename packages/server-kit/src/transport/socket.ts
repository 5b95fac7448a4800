/**
 * The least that the kit needs of a socket, so that any server's WebSocket fits: an adapter maps
 * its own events to these.
 */
export interface SocketLike {
  /** Sends a text frame, or bytes as a binary one. */
  send(data: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Drops the connection without a closing handshake. */
  terminate(): void;
  /** Bytes that were sent and not yet written out. */
  readonly bufferedBytes: number;
  /** Called once with the listener for incoming messages; binary ones come as bytes. */
  onMessage(listener: (data: string | Uint8Array) => void): void;
  onClose(listener: () => void): void;
}
