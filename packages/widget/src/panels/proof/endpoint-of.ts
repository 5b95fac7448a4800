/**
 * The server's endpoint, as the element around a panel names it; null where it was given a client alone.
 * Looked for from the inside, so that the parts of the first paint need not hand it down.
 */
export function endpointOf(panel: Element): URL | null {
  for (let host: Element | null = panel; host; host = hostOf(host)) {
    if (!('url' in host) || typeof host.url !== 'string') continue;
    const { baseURI } = host.ownerDocument;
    if (URL.canParse(host.url, baseURI)) return new URL(host.url, baseURI);
  }
  return null;
}

function hostOf(element: Element): Element | null {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}
