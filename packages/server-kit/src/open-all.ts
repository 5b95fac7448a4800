/**
 * Waits for all parts. When one cannot be made, those that hold resources are closed again before
 * the failure is told, so that another start finds no lock and no open file.
 */
export async function openAll<const T extends readonly Promise<unknown>[]>(
  opening: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(opening);
  } catch (error) {
    for (const result of await Promise.allSettled(opening)) {
      if (result.status === 'fulfilled' && isClosable(result.value)) await result.value.close();
    }
    throw error;
  }
}

function isClosable(value: unknown): value is { close(): Promise<void> | void } {
  return typeof value === 'object' && value !== null && 'close' in value;
}
