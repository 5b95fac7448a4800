import type { ChatEntry } from './state.ts';

/**
 * The conversation after a snapshot: the server's lines, what they looked like here (tools, proposals),
 * and behind them what the server does not have: questions without an answer and failed ones.
 */
export function rebuildMessages(
  local: readonly ChatEntry[],
  server: readonly ChatEntry[],
  running: readonly { request_id: string }[],
  own: { has(requestId: string): boolean },
): readonly ChatEntry[] {
  const known = new Map(local.map((entry) => [entry.id, entry]));
  const lines = server.map((entry) => {
    const before = known.get(entry.id);
    return before ? { ...entry, tools: before.tools, diffs: before.diffs } : entry;
  });
  const ids = new Set(lines.map(({ id }) => id));

  const kept = local.filter((entry) => {
    const { id, role, state, requestId } = entry;
    if (ids.has(id)) return false;
    if (state === 'failed' || state === 'stopped') return true;
    if (requestId === undefined || !own.has(requestId)) return false;
    if (role === 'assistant') return true;
    // A question that the server has begun to answer stands among its lines, under its own id.
    const accepted = running.some(({ request_id }) => request_id === requestId);
    const copy = accepted
      ? lines.findLastIndex((line) => line.role === 'user' && line.content === entry.content)
      : -1;
    if (copy < 0) return true;
    lines[copy] = { ...lines[copy]!, state, requestId };
    return false;
  });
  return [...lines, ...kept];
}
