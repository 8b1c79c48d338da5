// How many WorkSpaces there were at the end of each day. Days before the first sync are not drawn.
import { useLayoutEffect, useRef, useState } from "react";
import type { DayCount } from "../../api/types";
import { formatCount, formatNumber } from "../../lib/format";
import { niceScale } from "../../lib/scale";

const HEIGHT = 290;
const MARGIN = { top: 12, right: 10, bottom: 24, left: 44 };
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

export function TrendChart({ days }: { days: DayCount[] }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  if (days.length < 2) {
    return (
      <p className="grid place-items-center text-center text-sm text-ink-faint" style={{ height: HEIGHT }}>
        {days.length === 0 ? "The trend starts with the first sync." : "The trend needs two days of history; come back tomorrow."}
      </p>
    );
  }
  return (
    <div ref={box} style={{ height: HEIGHT }}>
      {width > 0 && <Drawing days={days} width={width} />}
      <table className="sr-only">
        <caption>WorkSpaces at the end of each UTC day</caption>
        <tbody>
          {days.map((one) => (
            <tr key={one.day}>
              <th scope="row">{one.day}</th>
              <td>{one.workspaces}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Drawing({ days, width }: { days: DayCount[]; width: number }) {
  const [at, setAt] = useState<number>();
  const counts = days.map((one) => one.workspaces);
  const scale = niceScale(Math.min(...counts), Math.max(...counts));
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const x = (index: number) => MARGIN.left + (index / (days.length - 1)) * inner.width;
  const y = (count: number) => MARGIN.top + (1 - (count - scale.low) / (scale.high - scale.low)) * inner.height;
  const line = days.map((one, index) => `${index === 0 ? "M" : "L"}${x(index).toFixed(1)},${y(one.workspaces).toFixed(1)}`).join("");
  const floor = MARGIN.top + inner.height;
  const every = Math.ceil(days.length / Math.max(2, Math.floor(inner.width / 90)));
  const pointed = at === undefined ? undefined : days[at];
  return (
    <svg
      width={width}
      height={HEIGHT}
      aria-hidden
      className="block touch-pan-y overflow-visible text-[12px]"
      onPointerMove={(event) => {
        const left = event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left;
        const index = Math.round((left / inner.width) * (days.length - 1));
        setAt(Math.min(days.length - 1, Math.max(0, index)));
      }}
      onPointerLeave={() => setAt(undefined)}
    >
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} className="stroke-line" />
          <text x={MARGIN.left - 8} y={y(tick)} dy="0.32em" textAnchor="end" className="fill-ink-faint">
            {formatNumber(tick)}
          </text>
        </g>
      ))}
      {days.map(
        (one, index) =>
          (days.length - 1 - index) % every === 0 && (
            <text key={one.day} x={x(index)} y={HEIGHT - 6} textAnchor={index === days.length - 1 ? "end" : "middle"} className="fill-ink-faint">
              {DAY.format(new Date(one.day))}
            </text>
          ),
      )}
      <path d={`${line}L${x(days.length - 1)},${floor}L${x(0)},${floor}Z`} className="fill-accent opacity-10" />
      <path d={line} fill="none" strokeWidth={2} strokeLinejoin="round" className="stroke-accent" />
      {pointed !== undefined && at !== undefined && (
        <g>
          <line x1={x(at)} x2={x(at)} y1={MARGIN.top} y2={floor} className="stroke-line-strong" />
          <circle cx={x(at)} cy={y(pointed.workspaces)} r={4} strokeWidth={2} className="fill-accent stroke-panel" />
          <text
            x={Math.min(Math.max(x(at), MARGIN.left + 70), width - 80)}
            y={MARGIN.top - 1}
            textAnchor="middle"
            strokeWidth={5}
            paintOrder="stroke"
            className="fill-ink stroke-panel font-medium"
          >
            {DAY.format(new Date(pointed.day))} · {formatCount(pointed.workspaces, "WorkSpace")}
          </text>
        </g>
      )}
    </svg>
  );
}
