// What bar charts draw: series of values over the same places, and their colours. Pure.

export interface Series {
  key: string;
  title: string;
  /** One for each place; null where there is no value, which is a gap and not zero. */
  values: (number | null)[];
}

export interface Place {
  key: string;
  /** On the axis. */
  tick: string;
  /** Said in full: in tooltips and tables. */
  title: string;
  /** The period is not over: what is drawn is so far. */
  open?: boolean;
}

/** Whole class names, so that the style sheet has them. The last is for what is left over. */
export const FILLS = [
  "fill-series-1",
  "fill-series-2",
  "fill-series-3",
  "fill-series-4",
  "fill-series-5",
  "fill-series-6",
  "fill-series-7",
  "fill-series-rest",
] as const;

export const BACKGROUNDS = [
  "bg-series-1",
  "bg-series-2",
  "bg-series-3",
  "bg-series-4",
  "bg-series-5",
  "bg-series-6",
  "bg-series-7",
  "bg-series-rest",
] as const;

const REST = "rest";
const MOST = FILLS.length - 1;

/** Which colour a series has. */
export function colourOf(series: readonly Series[], index: number): number {
  return series[index]?.key === REST ? MOST : index % MOST;
}

const total = (series: Series) => series.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** The largest series first; where there are more than colours, the smallest become one. */
export function ranked(series: readonly Series[]): Series[] {
  const sorted = series.toSorted((one, other) => total(other) - total(one));
  if (sorted.length <= MOST) return sorted;
  const kept = sorted.slice(0, MOST - 1);
  const rest = sorted.slice(MOST - 1);
  const values = (rest[0]?.values ?? []).map((_, at) => sumAt(rest, at));
  return [...kept, { key: REST, title: `${rest.length} others`, values }];
}

/** The sum at a place; null where no series has a value there. */
export function sumAt(series: readonly Series[], at: number): number | null {
  const known = series.map((one) => one.values[at] ?? null).filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
