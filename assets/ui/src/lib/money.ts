// How dollars are written. An amount that is not known is said in words and never shown as $0.

const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const WHOLE = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });

/** `$1,411.39`, `−$8.00`. */
export function formatMoney(amount: number): string {
  return minus(CENTS.format(amount));
}

/** For large figures and axes: `$1,411`; small amounts keep their cents. */
export function formatWhole(amount: number): string {
  return minus(Math.abs(amount) >= 100 || Number.isInteger(amount) ? WHOLE.format(amount) : CENTS.format(amount));
}

const minus = (text: string) => text.replace("-", "−");

type Amount = number | null | undefined;

/** `$22.97 to $41.10`; undefined where the ends are not known or say no more than the amount does. */
export function formatRange(low: Amount, high: Amount): string | undefined {
  if (low == null || high == null) return undefined;
  const [from, to] = [formatMoney(low), formatMoney(high)];
  return from === to ? undefined : `${from} to ${to}`;
}

/** `33 %` of a total; undefined where there is no total. */
export function formatShare(part: number, whole: number): string | undefined {
  return whole > 0 ? `${Math.round((part / whole) * 100)} %` : undefined;
}
