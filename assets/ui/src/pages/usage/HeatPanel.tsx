// When people are connected: of every desktop in view, or of one.
import { useQuery } from "@tanstack/react-query";
import { CalendarClock, X } from "lucide-react";
import { heatmapQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Panel } from "../../components/Panel";
import { Empty, Failed, Skeleton } from "../../components/States";
import { value } from "../../lib/address";
import { formatCount } from "../../lib/format";
import { formatMonth } from "../../lib/month";
import { useFilters, useScope } from "../../state/filters";
import { HeatMap } from "./HeatMap";
import { heatWords } from "./heat";

const SPANS = ["1", "3", "6", "12"];
const USUAL = "3";

/** With a desktop given, of that one; else of the one the address names, or of all. */
export function HeatPanel({ desktop }: { desktop?: string }) {
  const { search, change } = useFilters();
  const scope = useScope();
  const named = desktop ?? value(search, "desktop");
  const span = SPANS.find((one) => one === value(search, "span")) ?? USUAL;
  const query = useQuery(heatmapQuery({ ...(named ? { workspace_id: named } : scope), months: Number(span) }));
  const { data } = query;
  return (
    <Panel
      title="When people are connected"
      aside={
        <label className="inline-flex items-center gap-2">
          Over
          <select
            className="min-h-8 rounded-md border border-line-strong bg-panel px-2 text-ink"
            value={span}
            onChange={(event) => change({ span: event.target.value === USUAL ? undefined : event.target.value }, true)}
          >
            {SPANS.map((one) => (
              <option key={one} value={one}>
                {formatCount(Number(one), "month")}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {named && desktop === undefined && (
        <p className="mb-3">
          <Button small className="border-accent! bg-accent-soft! text-accent!" onClick={() => change({ desktop: undefined })}>
            Only {named} <X aria-label="Show every desktop" />
          </Button>
        </p>
      )}
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : data === undefined ? (
        <Skeleton className="h-64" />
      ) : data.desktops === 0 ? (
        <Empty icon={CalendarClock} title="No connections recorded yet">
          They come with a sync of usage. AWS keeps them for 15 months.
        </Empty>
      ) : (
        <div className={query.isPlaceholderData ? "opacity-60" : ""}>
          <p className="mb-3 text-sm text-ink-soft">{heatWords(data.connected, named !== undefined)}</p>
          <HeatMap week={data.connected} one={named !== undefined} />
          <p className="mt-2 text-[13px] text-ink-faint">
            {formatMonth(data.from)} to {formatMonth(data.to)}, hours in UTC, {formatCount(data.desktops, "desktop")} with data
          </p>
        </div>
      )}
    </Panel>
  );
}
