/** `("7500.00", "INR")` as the reader writes it: ₹7,500. Amounts are decimal strings; cents show only when there are any. */
export function money(amount: string, currency: string): string {
  const value = Number(amount);
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    minimumFractionDigits: Number.isInteger(value) ? 0 : 2,
  }).format(value);
}

/** The same to the nearest whole unit, where a hint is enough. */
export function roughMoney(amount: string, currency: string): string {
  return new Intl.NumberFormat(undefined, { style: 'currency', currency, maximumFractionDigits: 0 }).format(
    Number(amount),
  );
}

/** A price per seat times seats. */
export function total(price: string, seats: number): string {
  return amountOf(hundredths(price) * seats);
}

export function sum(one: string, other: string): string {
  return amountOf(hundredths(one) + hundredths(other));
}

export function difference(from: string, taken: string): string {
  return amountOf(hundredths(from) - hundredths(taken));
}

export function isZero(amount: string): boolean {
  return hundredths(amount) === 0;
}

// Sums are made of whole hundredths, so that no binary fraction shows.
function hundredths(amount: string): number {
  return Math.round(Number(amount) * 100);
}

function amountOf(hundredths: number): string {
  return (hundredths / 100).toFixed(2);
}
