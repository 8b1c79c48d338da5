// The few numbers that say how the estate is; each leads to its rows.
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import type { Dashboard } from "../../api/types";
import type { Search } from "../../lib/address";
import { formatCount, formatNumber } from "../../lib/format";
import { useNow } from "../../state/clock";

const IDLE_DAYS = 60;

export function Figures({ data }: { data: Dashboard }) {
  const idleSince = new Date(useNow() - IDLE_DAYS * 86_400_000).toISOString().slice(0, 10);
  const places = [
    formatCount(data.accounts, "account"),
    ...(data.organizations > 1 ? [formatCount(data.organizations, "organization")] : []),
  ].join(" · ");
  return (
    <ul className="grid grid-cols-2 overflow-hidden rounded-xl border border-line bg-line shadow-panel gap-px sm:grid-cols-3 xl:grid-cols-5">
      <Figure name="WorkSpaces" value={data.workspaces} note={places} search={{}} wide />
      <Figure name="In use now" value={data.users_connected} note="somebody is connected" search={{ connection_state: "CONNECTED" }} />
      <Figure
        name="Need attention"
        value={data.unhealthy}
        note="unhealthy, impaired, suspended or failed"
        search={{ state: ["UNHEALTHY", "IMPAIRED", "ERROR", "SUSPENDED"] }}
        alarming
      />
      <Figure name={`Idle ${IDLE_DAYS} days`} value={data.idle_60_days} note="used before, not since" search={{ last_connected_before: idleSince }} />
      <Figure name="Never used" value={data.never_connected} note="nobody ever connected" search={{ never_connected: "true" }} />
    </ul>
  );
}

interface FigureProps {
  name: string;
  value: number;
  note: string;
  search: Search;
  alarming?: boolean;
  wide?: boolean;
}

function Figure({ name, value, note, search, alarming = false, wide = false }: FigureProps) {
  return (
    <li className={clsx("bg-panel", wide && "col-span-2 sm:col-span-1")}>
      <Link
        to="/workspaces"
        search={search}
        className="group flex h-full flex-col px-4 py-3.5 transition-colors hover:bg-sunken focus-visible:-outline-offset-2 sm:px-5 sm:py-4"
      >
        <span className="text-[13px] font-medium text-ink-soft">{name}</span>
        <span className={clsx("mt-0.5 text-[28px] leading-tight font-semibold tracking-tight", alarming && value > 0 && "text-bad")}>
          {formatNumber(value)}
        </span>
        <span className="mt-0.5 text-[13px] text-ink-faint">{note}</span>
      </Link>
    </li>
  );
}
