import { listFormat, numberFormat } from './intl';
import { locale } from './language';

// Amounts are decimal strings, as the API writes them. They are calculated in whole thousandths, the smallest part that a currency has, so that no binary fraction shows.

/** `("7500.00", "INR")` as ₹7,500. Cents show only when there are any. */
export function money(amount: string, currency: string): string {
  const value = Number(amount);
  return numberFormat(locale(), {
    style: 'currency',
    currency,
    // Else as many as the currency has.
    ...(Number.isInteger(value) && { minimumFractionDigits: 0 }),
  }).format(value);
}

/** In whole units, rounded up: what is charged is never more than what was shown. */
export function wholeMoney(amount: string, currency: string): string {
  return numberFormat(locale(), { style: 'currency', currency, maximumFractionDigits: 0 }).format(
    Math.ceil(Number(amount)),
  );
}

/** The lowest price of each currency for so many seats, as in `₹9,000 or €90`: they cannot be compared. Empty where there is none. */
export function lowestPrices(
  prices: readonly { price: string; currency: string }[],
  seats: number,
  write: typeof money = wholeMoney,
): string {
  const each = prices.map(({ price, currency }) => write(multiply(price, seats), currency));
  return listFormat(locale(), { type: 'disjunction' }).format(each);
}

/** In whole units without the currency, where there is little room: `5,450`, `1.2L` or `120K` for large ones. */
export function shortAmount(amount: string): string {
  const whole = Math.ceil(Number(amount));
  return numberFormat(locale(), {
    notation: whole < 100_000 ? 'standard' : 'compact',
    maximumFractionDigits: whole < 100_000 ? 0 : 1,
  }).format(whole);
}

export function multiply(price: string, seats: number): string {
  return fromThousandths(thousandths(price) * seats);
}

export function add(...amounts: string[]): string {
  return fromThousandths(amounts.reduce((sum, amount) => sum + thousandths(amount), 0));
}

export function subtract(from: string, amount: string): string {
  return fromThousandths(thousandths(from) - thousandths(amount));
}

/** Rounded half up to the smallest coin, as the server does. The amount has the decimals of its currency. */
export function percentOf(amount: string, percent: number): string {
  const decimals = amount.split('.')[1]?.length ?? 0;
  const coin = 10 ** (3 - decimals);
  return fromThousandths(Math.floor((thousandths(amount) * percent) / 100 / coin + 0.5) * coin);
}

export function isZero(amount: string): boolean {
  return thousandths(amount) === 0;
}

function thousandths(amount: string): number {
  return Math.round(Number(amount) * 1000);
}

function fromThousandths(thousandths: number): string {
  return (thousandths / 1000).toFixed(3).replace(/0$/, '');
}
