const allowedProtocols = new Set(['http:', 'https:', 'mailto:']);

/**
 * The address that a link in an answer may have, or null. Only absolute http, https and mailto
 * addresses and fragments of the page pass; the text is parsed the way a browser parses it, since a
 * pattern misses what a browser forgives, as `java\nscript:`.
 */
export function safeHref(href: string): string | null {
  if (href.startsWith('#')) return href;
  try {
    const url = new URL(href);
    return allowedProtocols.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
