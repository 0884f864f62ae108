import { i18n, type MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** The rules of each field as texts, by the error codes of the server. */
const TEXT_BY_RULE: Record<'username' | 'password', Record<string, MessageDescriptor>> = {
  username: {
    bad_format: msg`A name has letters (a to z), digits and _ . @ - only, and no spaces.`,
    too_short: msg`A name has at least 3 characters.`,
    too_long: msg`A name has at most 64 characters.`,
  },
  password: {
    too_short: msg`A password has at least 8 characters.`,
    too_long: msg`A password has at most 128 characters.`,
    too_common: msg`Many people use this password, so it is guessed first. Choose another one.`,
  },
};

export function fieldRule(field: keyof typeof TEXT_BY_RULE, code: string): string | undefined {
  const text = TEXT_BY_RULE[field][code];
  return text && i18n._(text);
}
