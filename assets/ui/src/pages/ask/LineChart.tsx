// A value over time, drawn as the dashboard's trend. Each point can be read with the pointer or the
// arrow keys; the table beside it has them all.
import { useLayoutEffect, useRef, useState } from "react";
import { formatField } from "../../lib/format";
import { niceScale } from "../../lib/scale";
import { formatMeasure } from "./values";
import { places, type Chart } from "./chart";

const HEIGHT = 260;
const MARGIN = { top: 22, right: 14, bottom: 26 };

export function LineChart({ chart }: { chart: Chart }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <figure>
      <figcaption className="text-[13px] text-ink-faint">
        {formatField(chart.y)} by {formatField(chart.x).toLowerCase()}
      </figcaption>
      <div ref={box} style={{ height: HEIGHT }}>
        {width > 0 && <Drawing chart={chart} width={width} />}
      </div>
    </figure>
  );
}

function Drawing({ chart, width }: { chart: Chart; width: number }) {
  const [at, setAt] = useState<number>();
  const { points } = chart;
  const figure = (value: number) => formatMeasure(value, chart.measure);
  const values = points.map((point) => point.value);
  const scale = niceScale(Math.min(...values), Math.max(...values), values.every(Number.isInteger));
  const left = 12 + 7.2 * Math.max(...scale.ticks.map((tick) => figure(tick).length));
  const inner = { width: width - left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const across = places(points);
  const x = (index: number) => left + (across[index] ?? 0) * inner.width;
  const y = (value: number) => MARGIN.top + (1 - (value - scale.low) / (scale.high - scale.low)) * inner.height;
  const line = points.map((point, index) => `${index === 0 ? "M" : "L"}${x(index).toFixed(1)},${y(point.value).toFixed(1)}`).join("");
  const floor = y(Math.max(scale.low, Math.min(0, scale.high)));
  const every = Math.ceil(points.length / Math.max(2, Math.floor(inner.width / 110)));
  const last = points.length - 1;
  const pointed = at === undefined ? undefined : points[at];
  const step = (by: number) => setAt((before) => Math.min(last, Math.max(0, (before ?? (by > 0 ? -1 : last + 1)) + by)));
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={`${formatField(chart.y)} by ${formatField(chart.x).toLowerCase()}`}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at ?? last}
      aria-valuetext={`${(pointed ?? points[last])?.label ?? ""}: ${figure((pointed ?? points[last])?.value ?? 0)}`}
      className="rounded-md"
      onBlur={() => setAt(undefined)}
      onKeyDown={(event) => {
        if (event.key === "ArrowRight") step(1);
        if (event.key === "ArrowLeft") step(-1);
      }}
    >
      <svg
        width={width}
        height={HEIGHT}
        aria-hidden
        className="block touch-pan-y overflow-visible text-[12px]"
        onPointerMove={(event) => {
          const place = (event.clientX - event.currentTarget.getBoundingClientRect().left - left) / inner.width;
          setAt(nearest(across, place));
        }}
        onPointerLeave={() => setAt(undefined)}
      >
        {scale.ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} className="stroke-line" />
            <text x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end" className="fill-ink-faint">
              {figure(tick)}
            </text>
          </g>
        ))}
        {points.map(
          (point, index) =>
            (last - index) % every === 0 && (
              <text
                key={point.key}
                x={x(index)}
                y={HEIGHT - 6}
                textAnchor={index === last ? "end" : index === 0 ? "start" : "middle"}
                className="fill-ink-faint"
              >
                {short(point.label)}
              </text>
            ),
        )}
        <path d={`${line}L${x(last)},${floor}L${x(0)},${floor}Z`} className="fill-accent opacity-10" />
        <path d={line} fill="none" strokeWidth={2} strokeLinejoin="round" className="stroke-accent" />
        {points.length <= 40 && points.map((point, index) => <circle key={point.key} cx={x(index)} cy={y(point.value)} r={2.5} className="fill-accent" />)}
        {pointed !== undefined && at !== undefined && (
          <g>
            <line x1={x(at)} x2={x(at)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} className="stroke-line-strong" />
            <circle cx={x(at)} cy={y(pointed.value)} r={4} strokeWidth={2} className="fill-accent stroke-panel" />
            <text
              x={Math.min(Math.max(x(at), left + 60), width - 70)}
              y={MARGIN.top - 9}
              textAnchor="middle"
              strokeWidth={5}
              paintOrder="stroke"
              className="fill-ink stroke-panel font-medium"
            >
              {pointed.label} · {figure(pointed.value)}
            </text>
          </g>
        )}
      </svg>
    </div>
  );
}

function nearest(across: number[], place: number): number {
  let best = 0;
  across.forEach((one, index) => {
    if (Math.abs(one - place) < Math.abs((across[best] ?? 0) - place)) best = index;
  });
  return best;
}

function short(label: string): string {
  return label.length > 16 ? `${label.slice(0, 15)}…` : label;
}
