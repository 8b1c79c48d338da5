// How measured numbers are written: as many digits as say something.
import { formatNumber } from "./format";

const EXACT = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const SMALL = new Intl.NumberFormat("en", { maximumSignificantDigits: 2 });

/** `1,204`, `12.35`, `0.0042`. */
export function formatFigure(value: number): string {
  if (Number.isInteger(value)) return formatNumber(value);
  return Math.abs(value) < 0.01 ? SMALL.format(value) : EXACT.format(value);
}

/** Minutes as hours, `170.3 h`. */
export function formatHours(minutes: number): string {
  return `${formatFigure(Math.round(minutes / 6) / 10)} h`;
}
