import { WebSocket } from 'ws';

const window = 32;
const windowed = 600;
const serial = 100;
const warmUp = 60;

process.once('message', (task: { url: string; content: string }) => {
  void measure(task).then((measured) => {
    process.send?.(measured, () => process.exit(0));
  });
});

async function measure({ url, content }: { url: string; content: string }) {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const waiting = new Map<string, (message: { type: string }) => void>();
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as {
      type: string;
      request_id?: string;
      seq?: number;
    };
    if (message.seq !== undefined || message.request_id === undefined) return;
    waiting.get(message.request_id)?.(message);
    waiting.delete(message.request_id);
  });
  await new Promise((resolve) => {
    socket.on('open', resolve);
  });

  let count = 0;
  const save = () => {
    count += 1;
    const id = String(count);
    return new Promise<void>((resolve, reject) => {
      waiting.set(id, ({ type }) => {
        if (type === 'file_saved') resolve();
        else reject(new Error(`the reply was ${type}`));
      });
      socket.send(
        JSON.stringify({
          type: 'file_save',
          request_id: id,
          path: `file-${count % 64}.py`,
          content: `${content}# ${count}\n`,
        }),
      );
    });
  };
  const many = async (requests: number) => {
    let left = requests;
    await Promise.all(
      Array.from({ length: window }, async () => {
        while (left > 0) {
          left -= 1;
          await save();
        }
      }),
    );
  };

  await many(warmUp);
  const startedAt = performance.now();
  await many(windowed);
  const perSecond = (windowed / (performance.now() - startedAt)) * 1_000;
  const times: number[] = [];
  for (let index = 0; index < serial; index += 1) {
    const sentAt = performance.now();
    await save();
    times.push((performance.now() - sentAt) * 1_000);
  }
  socket.close();
  return { perSecond, serialMicroseconds: times.toSorted((a, b) => a - b)[serial / 2] ?? 0 };
}
