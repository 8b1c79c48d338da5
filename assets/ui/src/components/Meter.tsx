// How far something is. Without a known end it moves, and says only what it has done.
import clsx from "clsx";

interface MeterProps {
  done: number;
  total: number;
  label: string;
  tone?: "accent" | "bad" | "warn";
}

const FILL = { accent: "bg-accent", bad: "bg-bad", warn: "bg-warn" };

export function Meter({ done, total, label, tone = "accent" }: MeterProps) {
  const known = total > 0;
  const share = known ? Math.min(1, done / total) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      {...(known ? { "aria-valuemax": total, "aria-valuenow": done } : {})}
      className="h-2 overflow-hidden rounded-full bg-line"
    >
      <div
        className={clsx("h-full rounded-full transition-[width] duration-500", FILL[tone], !known && "w-1/3 animate-pulse-soft")}
        style={known ? { width: `${share * 100}%` } : undefined}
      />
    </div>
  );
}
