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

/** A price per seat times seats, computed in hundredths so that no binary fraction shows. */
export function total(price: string, seats: number): string {
  return ((Math.round(Number(price) * 100) * seats) / 100).toFixed(2);
}
