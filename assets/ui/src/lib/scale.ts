// Round numbers for the axis of a chart.

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/** About four round steps around the values; starts at zero unless all values lie far above it. */
export function niceScale(least: number, most: number): Scale {
  const spread = most - least;
  const from = spread * 3 < least ? Math.max(0, least - spread - 1) : 0;
  const step = niceStep((most - from) / 4);
  const low = Math.floor(from / step) * step;
  const high = Math.max(low + step, Math.ceil(most / step) * step);
  const ticks = [];
  for (let tick = low; tick <= high; tick += step) ticks.push(tick);
  return { low, high, ticks };
}

function niceStep(rough: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const times = [1, 2, 5, 10].find((one) => one * size >= rough) ?? 10;
  return Math.max(1, times * size);
}
