// Sums by month made into what charts and tables show. Pure.
import type { MonthlyTotal } from "../../api/types";
import type { EstimateSum } from "../../api/types";
import { sumAt, type Series } from "../../components/charts/series";
import { formatConstant, formatCount } from "../../lib/format";
import { formatMoney, formatWhole } from "../../lib/money";
import { formatMonth } from "../../lib/month";

export const GROUPS = [
  { key: "organization", title: "Client" },
  { key: "account", title: "Account" },
  { key: "running_mode", title: "Running mode" },
  { key: "compute_type", title: "Compute type" },
] as const;

export type Group = (typeof GROUPS)[number]["key"];

/** One series for each part, with a gap where a month has none of it. */
export function estimateSeries(sums: EstimateSum[], months: string[]): Series[] {
  const byKey = new Map<string, Series>();
  for (const sum of sums) {
    const at = months.indexOf(sum.month);
    if (at < 0) continue;
    const series = byKey.get(sum.key) ?? { key: sum.key, title: titleOf(sum.label), values: months.map(() => null) };
    byKey.set(sum.key, series);
    // Nothing but desktops that are missing from it: that is no zero.
    series.values[at] = sum.desktops > sum.missing ? sum.amount : null;
  }
  return [...byKey.values()].filter((series) => series.values.some((value) => value !== null));
}

function titleOf(label: string): string {
  return label === "unknown" || label === "" ? "Not known" : formatConstant(label);
}

/** From the first month with any estimate to the newest. */
export function monthsOf(sums: EstimateSum[], all: string[]): string[] {
  const first = sums.map((sum) => sum.month).sort()[0];
  return first === undefined ? [] : all.filter((month) => month >= first);
}

/** What the newest closed month cost and how it moved, in a sentence. */
export function estimateWords(series: Series[], months: string[], current: string): string {
  const closed = months.map((month, at) => ({ month, amount: sumAt(series, at) })).filter((one) => one.month < current);
  const [before, last] = [closed.at(-2), closed.at(-1)];
  if (last?.amount == null) return "No closed month has an estimate yet.";
  const said = `${formatMonth(last.month)}: ${formatMoney(last.amount)}`;
  if (before?.amount == null) return `${said}.`;
  const more = last.amount - before.amount;
  if (Math.abs(more) < 0.5) return `${said}, as in ${formatMonth(before.month)}.`;
  return `${said}, ${formatWhole(Math.round(Math.abs(more)))} ${more > 0 ? "more" : "less"} than ${formatMonth(before.month)}.`;
}

export interface Residual {
  month: string;
  invoice: number | null;
  estimate: number | null;
  /** The invoice over the estimate; null where one of them is not known. */
  rest: number | null;
  /** AWS may still change it, or the month is not over. */
  open: boolean;
  days: number | null;
}

/** The invoice's part for WorkSpaces against what was estimated, month by month. */
export function residuals(totals: MonthlyTotal[], series: Series[], months: string[], current: string): Residual[] {
  const all = [...new Set([...months, ...totals.map((total) => total.month)])].sort();
  return all.map((month) => {
    const total = totals.find((one) => one.month === month);
    const at = months.indexOf(month);
    const estimate = at < 0 ? null : sumAt(series, at);
    const invoice = total?.workspaces_amount ?? null;
    const rest = invoice === null || estimate === null ? null : invoice - estimate;
    return { month, invoice, estimate, rest, open: month >= current || (total?.estimated ?? false), days: total?.days ?? null };
  });
}

/** `45 of 155 desktops are not in these amounts: …` */
export function missingWords(sums: EstimateSum[], month: string): string | undefined {
  const of = sums.filter((sum) => sum.month === month);
  const missing = of.reduce((total, sum) => total + sum.missing, 0);
  const desktops = of.reduce((total, sum) => total + sum.desktops, 0);
  if (missing === 0) return undefined;
  return `${missing} of ${formatCount(desktops, "desktop")} are not in ${formatMonth(month)}: they have no price, or no hours where hours are billed.`;
}
