/** What is asked of the bundler about a module. */
interface ModuleGraph {
  getModuleInfo(id: string): { importedIds: readonly string[] } | null;
}

/**
 * Puts all that the first paint needs into one chunk. What several panels share would be a chunk
 * each otherwise, and each one a request before anything is seen.
 *
 * @param entry Path of the entry module, which stays a file of its own for its address.
 */
export function launcherGroup(entry: string): {
  debugName: string;
  name: (id: string, graph: ModuleGraph) => string | null;
} {
  let needed: ReadonlySet<string> | undefined;
  return {
    debugName: 'launcher',
    name(id, graph) {
      needed ??= importedFrom(entry, graph);
      return id !== entry && needed.has(id) ? 'launcher' : null;
    },
  };
}

/** Lists a module and all that it imports before it runs. */
function importedFrom(entry: string, graph: ModuleGraph): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [entry];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
