/** Version of the element, told when two copies meet on one page. */
export const version = '0.0.0';

/**
 * Registers an element unless its name is taken. A page may load two copies of the package, and the
 * registry refuses a second definition with an exception; the first one stays. A taken name whose
 * class reports another version is told on the console, since the page then runs the other one.
 */
export function defineOnce(tag: string, element: CustomElementConstructor): void {
  const present = customElements.get(tag);
  if (present === undefined) {
    customElements.define(tag, element);
  } else if (present !== element && versionOf(present) !== versionOf(element)) {
    console.warn(
      `<${tag}> is already defined in version ${versionOf(present)}; version ${versionOf(element)} stays unused.`,
    );
  }
}

function versionOf(element: CustomElementConstructor): string {
  return 'version' in element && typeof element.version === 'string' ? element.version : 'unknown';
}
