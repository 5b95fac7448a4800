// A process of its own: records intents and results, several at a time, and prints the id of each
// entry once the log has acknowledged it. Between the two it acts: it notes the intent in a file of
// effects. Ends when it is killed.
import { appendFileSync } from 'node:fs';
import { openAuditLog } from '../../src/verification/index.ts';

const [directory = '', effects = ''] = process.argv.slice(2);
const log = await openAuditLog({ directory, checkpointIntervalMs: 20 });

async function actForever(worker: number): Promise<never> {
  for (let turn = 0; ; turn += 1) {
    const common = {
      actor: { sub: 'ada', kind: 'user', sessionId: 's_1' },
      action: 'ide_file_save',
      subject: `s_1:${worker}/${turn}`,
      inputHash: `sha256:${'a'.repeat(64)}`,
    } as const;
    const intent = await log.append({ ...common, phase: 'intent' });
    process.stdout.write(`${intent.id}\n`);
    appendFileSync(effects, `${intent.id}\n`);
    const result = await log.append({
      ...common,
      phase: 'result',
      intent: intent.id,
      outcome: 'ok',
    });
    process.stdout.write(`${result.id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, worker) => actForever(worker)));
