import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** A test card of the practice payment provider. Its token decides the outcome of the charge. */
interface TestCard {
  token: string;
  name: MessageDescriptor;
  /** What happens when it is charged. */
  effect: MessageDescriptor;
  /** As it is printed on cards: four groups of four digits. */
  number: string;
}

export const TEST_CARDS: readonly [TestCard, ...TestCard[]] = [
  {
    token: 'tok_ok',
    name: msg`A card that works`,
    effect: msg`It is charged at once.`,
    number: '4242 4242 4242 4242',
  },
  {
    token: 'tok_slow',
    name: msg`A card that works slowly`,
    effect: msg`It is charged after three seconds.`,
    number: '4000 0000 0000 3220',
  },
  {
    token: 'tok_declined',
    name: msg`A card that the bank refuses`,
    effect: msg`Nothing is charged.`,
    number: '4000 0000 0000 0002',
  },
  {
    token: 'tok_insufficient_funds',
    name: msg`A card without enough money`,
    effect: msg`Nothing is charged.`,
    number: '4000 0000 0000 9995',
  },
];

/** The card that is chosen by default. */
export const FIRST_CARD: string = TEST_CARDS[0].token;

export function cardOf(token: string): TestCard | undefined {
  return TEST_CARDS.find((card) => card.token === token);
}

/** The card with this number, however it is written; undefined for any other number. */
export function cardWithNumber(text: string): TestCard | undefined {
  const wanted = digits(text);
  return TEST_CARDS.find(({ number }) => digits(number) === wanted);
}

/** The digits in groups of four, also while they are being typed. */
export function groupedNumber(text: string): string {
  return digits(text)
    .slice(0, 16)
    .replace(/(\d{4})(?=\d)/g, '$1 ');
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}
