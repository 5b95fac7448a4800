/** What a key combination asks for. */
export type Shortcut = 'save' | 'run' | 'tree' | 'drawer';

const keys: Readonly<Record<string, Shortcut>> = {
  s: 'save',
  enter: 'run',
  b: 'tree',
  j: 'drawer',
};

/** Reads Ctrl or Cmd with one key; any other modifier makes it somebody else's. */
export function shortcutOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): Shortcut | null {
  if (event.ctrlKey === event.metaKey || event.altKey || event.shiftKey) return null;
  return keys[event.key.toLowerCase()] ?? null;
}
