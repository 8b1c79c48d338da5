// Lengths to compare: one bar a row, as the lists of the dashboard have them.
import clsx from "clsx";
import { useState } from "react";
import { Button } from "../../components/Button";
import { formatField } from "../../lib/format";
import { formatMeasure } from "./values";
import type { Chart } from "./chart";

const SHORT = 12;

export function BarChart({ chart }: { chart: Chart }) {
  const [all, setAll] = useState(false);
  const { points } = chart;
  const figure = (value: number) => formatMeasure(value, chart.measure);
  const shown = all ? points : points.slice(0, SHORT);
  const most = Math.max(...points.map((point) => Math.abs(point.value))) || 1;
  return (
    <figure>
      <figcaption className="flex justify-between gap-3 text-[13px] text-ink-faint">
        <span>{formatField(chart.x)}</span>
        <span>{formatField(chart.y)}</span>
      </figcaption>
      <ul className="mt-1.5 flex flex-col gap-2">
        {shown.map((point) => (
          <li key={point.key}>
            <span className="flex items-baseline justify-between gap-3 text-sm">
              <span className="min-w-0 truncate" title={point.label}>
                {point.label}
              </span>
              <span className="font-medium">{figure(point.value)}</span>
            </span>
            <svg aria-hidden width="100%" height="8" className="mt-1 block">
              <rect width="100%" height="8" rx="4" className="fill-sunken" />
              <rect
                width={point.value === 0 ? 0 : `${Math.max(1, (Math.abs(point.value) / most) * 100)}%`}
                height="8"
                rx="4"
                className={clsx(point.value < 0 ? "fill-bad" : "fill-accent")}
              />
            </svg>
          </li>
        ))}
      </ul>
      {points.length > SHORT && (
        <Button small kind="quiet" className="mt-2 -ml-2.5" onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${points.length}`}
        </Button>
      )}
    </figure>
  );
}
