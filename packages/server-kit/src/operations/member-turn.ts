/** Changes of who works in a session take effect in the order in which they came. */
export function memberTurn(): string {
  return 'members';
}
