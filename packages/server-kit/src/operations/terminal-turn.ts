/** What is sent to one terminal takes its turn; a frame that names none is refused when it is parsed. */
export function terminalTurn({ terminal_id }: Readonly<Record<string, unknown>>): string | null {
  return typeof terminal_id === 'string' ? terminal_id : null;
}
