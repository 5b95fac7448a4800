import type { ServerKitOptions } from '../../src/index.ts';
import { connectRaw, type Message, type RawClient } from './raw-client.ts';
import { scriptedDriver, type ScriptedDriver, type ScriptedTerminal } from './scripted-driver.ts';
import { startKit, type StartedKit } from './start-kit.ts';

export const screen = { cols: 80, rows: 24 };
export const query = { session: 'mine', client: 'k1' };

/** A kit whose terminals are played by the test, with a client. */
export async function start(options: Partial<ServerKitOptions> = {}): Promise<{
  driver: ScriptedDriver;
  kit: StartedKit;
  client: RawClient;
}> {
  const driver = scriptedDriver();
  const kit = await startKit({ sandbox: { drivers: [driver] }, ...options });
  const client = await connectRaw(kit.url, { query });
  return { driver, kit, client };
}

export async function open(client: RawClient, requestId = 'open') {
  const opened = await client.ask({ type: 'terminal_open', request_id: requestId, ...screen });
  return { opened, terminal_id: opened['terminal_id'] as string };
}

/** The first terminal that was opened. */
export function only([terminal]: readonly ScriptedTerminal[]): ScriptedTerminal {
  if (!terminal) throw new Error('No terminal was opened.');
  return terminal;
}

/** The events of one name that a client has heard. */
export function eventsOf({ messages }: RawClient, type: string): Message[] {
  return messages.filter((message) => message.type === type && message['seq'] !== undefined);
}
