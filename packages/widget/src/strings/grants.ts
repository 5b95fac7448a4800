// Texts that load with the list of approvals in the canvas.

/** What passes unasked. */
export const grantStrings = {
  title: 'Allowed for this session',
  passes: (who: string, assistant: boolean) =>
    assistant ? `For the assistant of ${who}` : `For ${who}`,
  until: (time: string) => `until ${time}`,
  by: (who: string) => `allowed by ${who}`,
  takeBack: 'Take back',
  takeBackOf: (what: string) => `Take back: ${what}`,
  failed: (reason: string) => `What is allowed could not be read. ${reason}`,
  notTakenBack: (reason: string) => `It is still allowed. ${reason}`,
};
