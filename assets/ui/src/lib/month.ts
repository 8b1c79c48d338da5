// Months as the API writes them, `2026-10`, and days, `2026-10-31`. They are the same everywhere: nothing
// here moves them into the reader's zone.

const SHORT = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
const LONG = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const TICK = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

const first = (month: string) => new Date(`${month}-01T00:00:00Z`);

/** `Oct 2026`. */
export const formatMonth = (month: string) => SHORT.format(first(month));
/** `October 2026`. */
export const formatLongMonth = (month: string) => LONG.format(first(month));
/** `Oct`, and the year under January. */
export const monthTick = (month: string) => (month.endsWith("-01") ? month.slice(0, 4) : TICK.format(first(month)));
/** `31 Oct`. */
export const formatDayOf = (day: string) => DAY.format(new Date(`${day}T00:00:00Z`));

export function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}

export function plusMonths(month: string, count: number): string {
  const at = first(month);
  at.setUTCMonth(at.getUTCMonth() + count);
  return at.toISOString().slice(0, 7);
}

/** The last `count` months up to this one, oldest first. */
export function lastMonths(month: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => plusMonths(month, index - count + 1));
}

/** Every day from one to another, both included. */
export function daysBetween(from: string, to: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(`${from}T00:00:00Z`); at <= Date.parse(`${to}T00:00:00Z`); at += 86_400_000) {
    days.push(new Date(at).toISOString().slice(0, 10));
  }
  return days;
}

export const isMonth = (text: string | undefined): text is string => text !== undefined && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);
