// Round numbers for the axis of a chart.

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/** About four round steps around the values; starts at zero unless all values lie far above it. Counts
 * have whole steps, shares and averages need smaller ones. */
export function niceScale(least: number, most: number, whole = true): Scale {
  const spread = most - least;
  // Equal values need some room below them.
  const room = spread + (whole ? 1 : spread === 0 ? least : 0);
  const from = least < 0 ? least : spread * 3 < least ? Math.max(0, least - room) : 0;
  const to = Math.max(most, 0);
  const step = niceStep((to - from) / 4, whole);
  const first = Math.floor(from / step);
  const last = Math.max(first + 1, Math.ceil(to / step));
  // Counted in steps, so that small ones do not add up their errors.
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
  return { low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1, ticks };
}

function niceStep(rough: number, whole: boolean): number {
  const least = whole ? 1 : Number.MIN_VALUE;
  if (rough <= 0) return 1;
  const size = 10 ** Math.floor(Math.log10(Math.max(least, rough)));
  const times = [1, 2, 5, 10].find((one) => one * size >= rough) ?? 10;
  return Math.max(least, times * size);
}
