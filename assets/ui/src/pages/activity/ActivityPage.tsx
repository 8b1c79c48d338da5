// Who did what to the desktops, as CloudTrail has it. Filters and the open event stand in the address.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Activity, SearchX } from "lucide-react";
import type { TrailEvent } from "../../api/types";
import { eventsQuery } from "../../api/queries";
import { AsOf } from "../../components/AsOf";
import { Badge } from "../../components/Badge";
import { Button, buttonClass } from "../../components/Button";
import type { Column } from "../../components/DataTable";
import { ListPanel } from "../../components/ListPanel";
import { Page } from "../../components/Page";
import { Empty } from "../../components/States";
import { Time } from "../../components/Time";
import { value } from "../../lib/address";
import { callerName, eventTitle } from "../../lib/trail";
import { useFilters } from "../../state/filters";
import { EventDrawer } from "./EventDrawer";
import { EventFilters } from "./EventFilters";
import { eventFilters, isFiltered, withoutFilters } from "./filters";

export function ActivityPage() {
  const { search, change } = useFilters();
  const query = eventFilters(search);
  const list = useInfiniteQuery(eventsQuery(query));
  const first = list.data?.pages[0];
  const open = (event: TrailEvent) => change({ open: event.event_id });
  return (
    <Page title="Activity" lead={first?.as_of && <AsOf at={first.as_of} />}>
      <EventFilters />
      <ListPanel
        label="Events"
        noun="event"
        query={list}
        columns={columns(open)}
        rowKey={(event) => `${event.account_id}/${event.event_id}`}
        sort={String(query.sort)}
        onSort={(sort) => change({ sort: sort === "-event_time" ? undefined : sort })}
        onOpen={open}
        card={(event) => <Card event={event} onOpen={() => open(event)} />}
        empty={<NoEvents filtered={isFiltered(search)} onClear={() => change(withoutFilters)} />}
      />
      <EventDrawer id={value(search, "open")} onClose={() => change({ open: undefined })} />
    </Page>
  );
}

function Refused({ event }: { event: TrailEvent }) {
  return event.error_code ? (
    <Badge tone="bad" dot>
      {event.error_code}
    </Badge>
  ) : (
    <span className="text-ink-faint">—</span>
  );
}

/** One desktop by its link, several by their number. */
function Desktops({ event }: { event: TrailEvent }) {
  const [first, ...more] = event.workspace_ids;
  if (first === undefined) return <span className="text-ink-faint">—</span>;
  return (
    <span className="whitespace-nowrap">
      <Link to="/workspaces/$workspaceId" params={{ workspaceId: first }} className="font-mono text-[13px] text-accent hover:underline">
        {first}
      </Link>
      {more.length > 0 && <span className="text-ink-faint"> and {more.length} more</span>}
    </span>
  );
}

function columns(onOpen: (event: TrailEvent) => void): Column<TrailEvent>[] {
  return [
    { id: "event_time", header: "When", sortable: true, cell: (event) => <Time at={event.event_time} /> },
    { id: "user_name", header: "Who", sortable: true, cell: (event) => <span title={event.user_arn ?? undefined}>{callerName(event)}</span> },
    {
      id: "event_name",
      header: "What",
      sortable: true,
      cell: (event) => (
        <button type="button" title={event.event_name} className="font-medium hover:text-accent hover:underline" onClick={() => onOpen(event)}>
          {eventTitle(event.event_name)}
        </button>
      ),
    },
    { id: "workspaces", header: "Desktop", cell: (event) => <Desktops event={event} /> },
    { id: "account_name", header: "Account", sortable: true, cell: (event) => <span title={event.region}>{event.account_name}</span> },
    { id: "source_ip", header: "From", sortable: true, cell: (event) => event.source_ip ?? <span className="text-ink-faint">—</span> },
    { id: "error_code", header: "Refused", sortable: true, cell: (event) => <Refused event={event} /> },
  ];
}

function Card({ event, onOpen }: { event: TrailEvent; onOpen: () => void }) {
  return (
    <button type="button" className="flex w-full flex-col gap-0.5 text-left text-sm" onClick={onOpen}>
      <span className="flex items-start justify-between gap-3">
        <span className="font-medium">{eventTitle(event.event_name)}</span>
        {event.error_code && <Refused event={event} />}
      </span>
      <span className="text-ink-soft">
        {callerName(event)} · {event.account_name}
      </span>
      <span className="text-[13px] text-ink-faint">
        <Time at={event.event_time} />
      </span>
    </button>
  );
}

function NoEvents({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  return filtered ? (
    <Empty icon={SearchX} title="No event matches" action={<Button onClick={onClear}>Clear filters</Button>}>
      CloudTrail keeps 90 days; what was synced before stays here.
    </Empty>
  ) : (
    <Empty
      icon={Activity}
      title="No events yet"
      action={
        <Link to="/sync" className={buttonClass("primary")}>
          Sync
        </Link>
      }
    >
      They come from CloudTrail with a sync of events: who changed which desktop, and when.
    </Empty>
  );
}
