/** Why a button is disabled for an agent. */
export const READS_ONLY = 'An agent reads, and changes nothing.';

/** What a button gets that changes something: agents see it disabled, with the reason. */
export function changes(mayChange: boolean): { disabled?: true; title?: string } {
  return mayChange ? {} : { disabled: true, title: READS_ONLY };
}
