/** Follows a pointer from its press on an element until its release. */
export function drag(start: PointerEvent, moved: (event: PointerEvent) => void): void {
  const target = start.currentTarget;
  if (!(target instanceof HTMLElement) || start.button !== 0) return;
  target.setPointerCapture(start.pointerId);
  const end = new AbortController();
  const { signal } = end;
  target.addEventListener('pointermove', moved, { signal });
  target.addEventListener('pointerup', () => end.abort(), { signal });
  target.addEventListener('pointercancel', () => end.abort(), { signal });
}
