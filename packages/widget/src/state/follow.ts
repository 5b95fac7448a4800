/** Where a scrolled list stands. */
export interface ScrollPlace {
  scrollTop: number;
  scrollHeight: number;
  clientHeight: number;
}

/** Distance from the end, in pixels, within which the list counts as read to the end. */
export const endZonePx = 8;

/** Whether the end is in view. */
export function isAtEnd(place: ScrollPlace): boolean {
  return place.scrollHeight - place.scrollTop - place.clientHeight <= endZonePx;
}

/** How many of the newest messages are in the page; earlier ones come on demand. */
export const windowSize = 60;

/** The messages to show and the number of those left out before them. */
export function windowOf<T>(
  messages: readonly T[],
  shown: number,
): { visible: readonly T[]; earlier: number } {
  const earlier = Math.max(0, messages.length - shown);
  return { visible: messages.slice(earlier), earlier };
}
