// Amounts are decimal strings, as the API writes them. They are calculated in whole hundredths, so that no binary fraction shows.

/** `("7500.00", "INR")` as ₹7,500. Cents show only when there are any. */
export function money(amount: string, currency: string): string {
  const value = Number(amount);
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    minimumFractionDigits: Number.isInteger(value) ? 0 : 2,
  }).format(value);
}

/** In whole units, rounded up: what is charged is never more than what was shown. */
export function wholeMoney(amount: string, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency, maximumFractionDigits: 0 }).format(
    Math.ceil(Number(amount)),
  );
}

/** In whole units without the currency, where there is little room: `5,450`, `1.2L` or `120K` for large ones. */
export function shortAmount(amount: string): string {
  const whole = Math.ceil(Number(amount));
  return new Intl.NumberFormat(undefined, {
    notation: whole < 100_000 ? 'standard' : 'compact',
    maximumFractionDigits: whole < 100_000 ? 0 : 1,
  }).format(whole);
}

export function multiply(price: string, seats: number): string {
  return fromHundredths(hundredths(price) * seats);
}

export function add(...amounts: string[]): string {
  return fromHundredths(amounts.reduce((sum, amount) => sum + hundredths(amount), 0));
}

export function subtract(from: string, amount: string): string {
  return fromHundredths(hundredths(from) - hundredths(amount));
}

/** Rounded half up to the cent, as the server does. */
export function percentOf(amount: string, percent: number): string {
  return fromHundredths(Math.floor((hundredths(amount) * percent) / 100 + 0.5));
}

export function isZero(amount: string): boolean {
  return hundredths(amount) === 0;
}

function hundredths(amount: string): number {
  return Math.round(Number(amount) * 100);
}

function fromHundredths(hundredths: number): string {
  return (hundredths / 100).toFixed(2);
}
