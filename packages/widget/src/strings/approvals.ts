// Texts that load with the first approval.

/** Approvals. */
export const approvalStrings = {
  approve: 'Approve',
  approveForSession: 'Allow for this session',
  covers: (what: string) => `Also lets this pass unasked, for at most 8 hours: ${what}`,
  deny: 'Deny',
  mine: (who: string) => `Asked by ${who}. Waits for you.`,
  others: (who: string) => `Asked by ${who}. Waits for somebody else.`,
  action: (action: string) => action.replace(/^ide_/, '').replaceAll('_', ' '),
  preview: 'Show the request',
  empty: 'Nothing waits for approval.',
};
