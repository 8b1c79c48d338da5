// How many WorkSpaces share each value of one property; each line leads to those rows.
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { useState } from "react";
import type { Count } from "../../api/types";
import { Button } from "../../components/Button";
import { Panel } from "../../components/Panel";
import { formatConstant, formatNumber } from "../../lib/format";
import { toneOf, type Tone } from "../../lib/tone";

const SHORT = 6;

const FILL: Record<Tone, string> = {
  good: "bg-good",
  info: "bg-info",
  warn: "bg-warn",
  bad: "bg-bad",
  idle: "bg-idle",
  accent: "bg-accent",
};

interface CountListProps {
  title: string;
  /** The filter of the WorkSpaces list that each key goes into. */
  filter: string;
  counts: Count[];
  /** Bars in the colour of the value. */
  toned?: boolean;
  /** How many lines stand there before "show all". */
  short?: number;
}

export function CountList({ title, filter, counts, toned = false, short = SHORT }: CountListProps) {
  const [all, setAll] = useState(false);
  const shown = all ? counts : counts.slice(0, short);
  const most = Math.max(1, ...counts.map((one) => one.count));
  return (
    <Panel title={title} flush className="pb-2">
      {counts.length === 0 && <p className="px-5 py-4 text-sm text-ink-faint">Nothing to count yet.</p>}
      <ul className="px-2">
        {shown.map((one) => (
          <li key={one.key}>
            <Link
              to="/workspaces"
              search={{ [filter]: one.key }}
              className="block rounded-lg px-2 py-1.5 transition-colors hover:bg-sunken sm:px-3"
            >
              <span className="flex items-baseline justify-between gap-3 text-sm">
                <span className="min-w-0 truncate">{formatConstant(one.label)}</span>
                <span className="font-medium">{formatNumber(one.count)}</span>
              </span>
              <span aria-hidden className="mt-1 block h-1.5 overflow-hidden rounded-full bg-sunken">
                <span
                  className={clsx("block h-full rounded-full", FILL[toned ? toneOf(one.key) : "accent"])}
                  style={{ width: `${Math.max(1.5, (one.count / most) * 100)}%` }}
                />
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {counts.length > short && (
        <div className="px-3 pt-1">
          <Button small kind="quiet" onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show all ${counts.length}`}
          </Button>
        </div>
      )}
    </Panel>
  );
}
