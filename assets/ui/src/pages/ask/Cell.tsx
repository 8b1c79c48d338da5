// One value of an answer's table, as its kind is shown elsewhere on the pages.
import { Link } from "@tanstack/react-router";
import { StateBadge } from "../../components/Badge";
import { Time } from "../../components/Time";
import { formatConstant, formatValue } from "../../lib/format";
import { formatMonth } from "../../lib/month";
import { formatDay, formatMeasure, isoTime, type CellKind, type Value } from "./values";

export function Cell({ value, kind }: { value: Value; kind: CellKind }) {
  if (value === null || value === "") return <span className="text-ink-faint">—</span>;
  if (typeof value !== "string") return <Plain value={value} kind={kind} />;
  switch (kind) {
    case "workspace":
      return (
        <Link
          to="/workspaces/$workspaceId"
          params={{ workspaceId: value }}
          className="font-mono text-[13px] whitespace-nowrap text-accent hover:underline"
        >
          {value}
        </Link>
      );
    case "time":
      return <Time at={isoTime(value)} />;
    case "day":
      return <span className="whitespace-nowrap">{formatDay(value)}</span>;
    case "month":
      return <span className="whitespace-nowrap">{formatMonth(value)}</span>;
    case "state":
      return <StateBadge state={value} />;
    case "constant":
      return <span title={value}>{formatConstant(value)}</span>;
    case "id":
      return <code className="font-mono text-[13px]">{value}</code>;
    default:
      return <span title={value.length > 40 ? value : undefined}>{value}</span>;
  }
}

function Plain({ value, kind }: { value: number | boolean; kind: CellKind }) {
  if (kind === "flag") return value === 1 ? "yes" : "no";
  if (kind === "id") return String(value);
  return typeof value === "number" ? formatMeasure(value, kind) : formatValue(value);
}
