import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { token } from '../../support/tokens.ts';

/**
 * Opens a WebSocket by hand, writes the bytes after the handshake, or along with it if they are early, and
 * resolves with the close code; with null when none has come in `stallMs`.
 */
export async function closeCodeOfBytes(
  port: number,
  bytes: Buffer,
  { stallMs, isEarly = false }: { stallMs: number; isEarly?: boolean },
): Promise<number | null> {
  const jwt = await token();
  const socket = connect(port, '127.0.0.1');
  const key = randomBytes(16).toString('base64');
  const request = [
    'GET /ide/ws?session=wire HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: ide-assistant.v1, bearer.${jwt}`,
    '\r\n',
  ].join('\r\n');
  socket.write(isEarly ? Buffer.concat([Buffer.from(request), bytes]) : request);
  socket.setTimeout(stallMs, () => socket.destroy());
  let received = Buffer.alloc(0);
  let isGreeted = false;
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (!isEarly && !isGreeted && received.includes('"type":"connect"')) {
        isGreeted = true;
        socket.write(bytes);
      }
      if (closeCodeIn(received) !== null) socket.end();
    });
    // A reset after the close frame changes nothing about the code.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
  return closeCodeIn(received);
}

/** One frame as a client sends it; `mask: false` and the like make it wrong. */
export function wireFrame(
  payload: string | Buffer,
  { opcode = 1, isLast = true, reserved = 0, mask = true, length = -1 } = {},
): Buffer {
  const data = Buffer.from(payload as string);
  const size = length < 0 ? data.length : length;
  const first = (isLast ? 0x80 : 0) | reserved | opcode;
  const flag = mask ? 0x80 : 0;
  let head: Buffer;
  if (size < 126) {
    head = Buffer.from([first, flag | size]);
  } else if (size < 65_536) {
    head = Buffer.from([first, flag | 126, size >> 8, size & 0xff]);
  } else {
    head = Buffer.concat([Buffer.from([first, flag | 127]), Buffer.alloc(8)]);
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  // A mask of zeros is a mask, and leaves the bytes as they are.
  return Buffer.concat([head, mask ? Buffer.alloc(4) : Buffer.alloc(0), data]);
}

/** The code of the first close frame in what a server has sent. */
function closeCodeIn(received: Buffer): number | null {
  let at = received.indexOf('\r\n\r\n') + 4;
  if (at < 4) return null;
  while (received.length >= at + 2) {
    const opcode = (received[at] ?? 0) & 0x0f;
    let size = (received[at + 1] ?? 0) & 0x7f;
    at += 2;
    if (size === 126) {
      if (received.length < at + 2) return null;
      size = received.readUInt16BE(at);
      at += 2;
    } else if (size === 127) {
      if (received.length < at + 8) return null;
      size = Number(received.readBigUInt64BE(at));
      at += 8;
    }
    if (opcode === 8) return received.length >= at + 2 ? received.readUInt16BE(at) : null;
    at += size;
  }
  return null;
}
