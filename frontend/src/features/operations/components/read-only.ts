/** Why a button is disabled for an agent. */
export const READ_ONLY_REASON =
  'Your role is agent: you can see everything here, but only administrators can change it.';

/** The props of a button that changes something. Agents see it disabled, with the reason. */
export function disabledUnless(mayChange: boolean): { disabled?: true; title?: string } {
  return mayChange ? {} : { disabled: true, title: READ_ONLY_REASON };
}
