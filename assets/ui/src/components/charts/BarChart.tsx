// Bars over months or days, one on the other or side by side. Each place can be read with the pointer or
// the arrow keys; whoever uses it shows a table beside it.
import clsx from "clsx";
import { useState } from "react";
import { niceScale } from "../../lib/scale";
import { BACKGROUNDS, colourOf, FILLS, sumAt, type Place, type Series } from "./series";
import { useWidth } from "./useWidth";

interface BarChartProps {
  /** What it shows, in a sentence, for those who do not see it. */
  label: string;
  places: Place[];
  series: Series[];
  stacked?: boolean;
  format: (value: number) => string;
  /** For the axis, where shorter does. */
  formatTick?: (value: number) => string;
  height?: number;
  legend?: boolean;
  /** What stands where a place has no value. */
  gap?: string;
}

const MARGIN = { top: 10, right: 4, bottom: 24 };

export function BarChart(props: BarChartProps) {
  const { label, places, series, stacked = false, format, height = 240, legend = true, gap = "not known" } = props;
  const [box, width] = useWidth();
  const [at, setAt] = useState<number>();
  const last = places.length - 1;
  const said = at ?? last;
  const place = places[said];
  const step = (by: number) => setAt((before) => Math.min(last, Math.max(0, (before ?? (by > 0 ? -1 : last + 1)) + by)));
  return (
    <figure className="min-w-0">
      {legend && series.length > 1 && <Legend series={series} />}
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={said}
        aria-valuetext={place ? wordsAt(place, series, said, format, gap) : ""}
        className="relative rounded-md"
        style={{ height }}
        onPointerLeave={() => setAt(undefined)}
        onBlur={() => setAt(undefined)}
        onKeyDown={(event) => {
          if (event.key === "ArrowRight") step(1);
          if (event.key === "ArrowLeft") step(-1);
          if (event.key === "Escape") setAt(undefined);
        }}
      >
        {width > 0 && <Drawing {...props} stacked={stacked} height={height} width={width} at={at} onPoint={setAt} />}
        {at !== undefined && place && (
          <Tip place={place} series={series} at={at} stacked={stacked} format={format} gap={gap} left={(at + 0.5) / places.length} />
        )}
      </div>
    </figure>
  );
}

function wordsAt(place: Place, series: Series[], at: number, format: (value: number) => string, gap: string): string {
  const said = series.map((one) => {
    const value = one.values[at] ?? null;
    return `${one.title} ${value === null ? gap : format(value)}`;
  });
  return `${place.title}: ${said.join(", ")}`;
}

export function Legend({ series }: { series: Series[] }) {
  return (
    <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-[13px] text-ink-soft">
      {series.map((one, index) => (
        <li key={one.key} className="inline-flex min-w-0 items-center gap-1.5">
          <span aria-hidden className={clsx("size-2.5 shrink-0 rounded-sm", BACKGROUNDS[colourOf(series, index)])} />
          <span className="truncate">{one.title}</span>
        </li>
      ))}
    </ul>
  );
}

interface DrawingProps extends BarChartProps {
  width: number;
  height: number;
  stacked: boolean;
  at: number | undefined;
  onPoint: (at: number) => void;
}

function Drawing({ places, series, stacked, format, formatTick = format, width, height, at, onPoint }: DrawingProps) {
  const heights = stacked ? places.map((_, index) => sumAt(series, index) ?? 0) : series.flatMap((one) => one.values.map((value) => value ?? 0));
  const scale = niceScale(0, Math.max(1, ...heights), false);
  const left = 10 + 7 * Math.max(...scale.ticks.map((tick) => formatTick(tick).length));
  const inner = { width: width - left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  const slot = inner.width / places.length;
  const wide = Math.min(stacked ? 46 : 64, Math.max(2, slot * 0.68));
  const y = (value: number) => MARGIN.top + (1 - value / scale.high) * inner.height;
  const tickWidth = Math.max(46, 16 + 7 * Math.max(...places.map((place) => place.tick.length)));
  const every = Math.ceil(places.length / Math.max(2, Math.floor(inner.width / tickWidth)));
  const x = (index: number) => left + index * slot + (slot - wide) / 2;
  return (
    <svg width={width} height={height} aria-hidden className="block touch-pan-y text-[12px]">
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} className="stroke-line" />
          <text x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end" className="fill-ink-faint">
            {formatTick(tick)}
          </text>
        </g>
      ))}
      {places.map((place, index) => (
        <g key={place.key} onPointerEnter={() => onPoint(index)} onPointerDown={() => onPoint(index)}>
          <rect x={left + index * slot} y={MARGIN.top} width={slot} height={inner.height} className={at === index ? "fill-sunken" : "fill-transparent"} />
          <g className={place.open ? "opacity-55" : undefined}>
            <Bars series={series} index={index} stacked={stacked} x={x(index)} wide={wide} y={y} floor={y(0)} />
          </g>
          {(places.length - 1 - index) % every === 0 && (
            <text x={Math.min(left + (index + 0.5) * slot, width - 3.5 * place.tick.length)} y={height - 7} textAnchor="middle" className="fill-ink-faint">
              {place.tick}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

interface BarsProps {
  series: Series[];
  index: number;
  stacked: boolean;
  x: number;
  wide: number;
  y: (value: number) => number;
  floor: number;
}

function Bars({ series, index, stacked, x, wide, y, floor }: BarsProps) {
  if (sumAt(series, index) === null) {
    // Nothing is known: a dash above the axis, which no bar of zero looks like.
    return <line x1={x} x2={x + wide} y1={floor - 5} y2={floor - 5} strokeDasharray="3 3" strokeWidth={2} className="stroke-line-strong" />;
  }
  const each = wide / series.length;
  return series.map((one, at) => {
    const value = one.values[index] ?? null;
    if (value === null || value <= 0) return null;
    const below = stacked ? (sumAt(series.slice(0, at), index) ?? 0) : 0;
    const top = y(below + value);
    const tall = Math.max(1, y(below) - top - (stacked && at > 0 ? 1 : 0));
    return (
      <rect
        key={one.key}
        x={stacked ? x : x + at * each}
        y={top}
        width={stacked ? wide : Math.max(1, each - 1)}
        height={tall}
        rx={Math.min(2, tall / 2)}
        className={FILLS[colourOf(series, at)]}
      />
    );
  });
}

interface TipProps {
  place: Place;
  series: Series[];
  at: number;
  stacked: boolean;
  format: (value: number) => string;
  gap: string;
  /** Where along the chart, 0 to 1. */
  left: number;
}

function Tip({ place, series, at, stacked, format, gap, left }: TipProps) {
  const sum = sumAt(series, at);
  // The top of a stack first, as it is seen.
  const listed = series.map((one, index) => ({ one, index }));
  if (stacked) listed.reverse();
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute top-1 z-10 max-w-64 min-w-40 rounded-lg border border-line bg-raised px-3 py-2 text-[13px] shadow-raised"
      style={left > 0.5 ? { right: `${(1 - left) * 100 + 4}%` } : { left: `${left * 100 + 6}%` }}
    >
      <p className="font-medium">
        {place.title}
        {place.open && <span className="font-normal text-ink-faint"> so far</span>}
      </p>
      {sum === null ? (
        <p className="text-ink-faint">{gap}</p>
      ) : (
        <dl className="mt-1 flex flex-col gap-0.5">
          {listed.map(({ one, index }) => (
            <div key={one.key} className="flex items-center gap-2">
              <span className={clsx("size-2 shrink-0 rounded-sm", BACKGROUNDS[colourOf(series, index)])} />
              <dt className="min-w-0 flex-1 truncate text-ink-soft">{one.title}</dt>
              <dd>{one.values[at] == null ? gap : format(one.values[at])}</dd>
            </div>
          ))}
          {stacked && series.length > 1 && (
            <div className="mt-0.5 flex justify-between gap-3 border-t border-line pt-1 font-medium">
              <dt>Together</dt>
              <dd>{format(sum)}</dd>
            </div>
          )}
        </dl>
      )}
    </div>
  );
}
