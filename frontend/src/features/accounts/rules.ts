/** What each field may hold, by the codes of the server, which say only the kind of rule. */
export const TEXT_BY_RULE: Record<'username' | 'password', Record<string, string>> = {
  username: {
    bad_format: 'A name has letters (a to z), digits and _ . @ - only, and no spaces.',
    too_short: 'A name has at least 3 characters.',
    too_long: 'A name has at most 64 characters.',
  },
  password: {
    too_short: 'A password has at least 8 characters.',
    too_long: 'A password has at most 128 characters.',
  },
};

export function passwordRule(code: string): string | undefined {
  return TEXT_BY_RULE.password[code];
}
