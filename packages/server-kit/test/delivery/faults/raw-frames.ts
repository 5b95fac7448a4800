import { once } from 'node:events';
import { WebSocket } from 'ws';
import { token } from '../../support/tokens.ts';

/** A message of the server, whatever it is. */
export type RawMessage = Readonly<Record<string, unknown>>;

/** A connection that sends any frame, and tells what each was answered by. */
export interface RawFrames {
  /**
   * Sends frames at once, a buffer as text unless told otherwise. Resolves with all that is no event and
   * came until everything was worked off, which is once the ids have been answered; with the close code
   * instead if the server hangs up; and with the ids that have had no answer in `stallMs`.
   */
  exchange(frames: readonly RawFrame[], ids?: ReadonlySet<string>): Promise<Exchanged>;
  close(): void;
}

/** What came back. */
export interface Exchanged {
  answers: RawMessage[];
  closedWith: number | null;
  unanswered: string[];
}

/** A frame as it is sent: text, which need not be UTF-8, or binary. */
export interface RawFrame {
  data: string | Buffer;
  isBinary?: boolean;
}

/** Opens one in a session of its own name. */
export async function openRawFrames(
  url: string,
  sessionId: string,
  stallMs: number,
): Promise<RawFrames> {
  const jwt = await token();
  const socket = new WebSocket(
    `${url}?session=${sessionId}`,
    ['ide-assistant.v1', `bearer.${jwt}`],
    { perMessageDeflate: false },
  );
  const listeners = new Set<(message: RawMessage) => void>();
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
  });
  socket.on('error', () => undefined);
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString('utf8')) as RawMessage;
    for (const listener of [...listeners]) listener(message);
  });
  await once(socket, 'message');
  let exchanges = 0;

  return {
    async exchange(frames, ids = new Set()) {
      exchanges += 1;
      const mark = `mark ${exchanges}`;
      const answers: RawMessage[] = [];
      const open = new Set(ids);
      let isMarked = false;
      const done = Promise.withResolvers<null>();
      const listen = (message: RawMessage) => {
        // What is numbered or belongs to the session is no answer.
        if (message['session_id'] !== undefined || message['type'] === 'ping') return;
        if (message['type'] === 'pong' && message['timestamp'] === mark) isMarked = true;
        else answers.push(message);
        open.delete(message['request_id'] as string);
        if (isMarked && open.size === 0) done.resolve(null);
      };
      listeners.add(listen);
      for (const { data, isBinary = false } of frames) socket.send(data, { binary: isBinary });
      // Answered at once, so that all that needs no work has been answered before.
      socket.send(JSON.stringify({ type: 'ping', timestamp: mark }));
      const stalled = setTimeout(() => done.resolve(null), stallMs);
      const closedWith = await Promise.race([closed, done.promise]);
      clearTimeout(stalled);
      listeners.delete(listen);
      return { answers, closedWith, unanswered: isMarked ? [...open] : [mark, ...open] };
    },
    close: () => socket.terminate(),
  };
}
