// One event with everything that is kept of it.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { EventDetail } from "../../api/types";
import { eventQuery } from "../../api/queries";
import { CopyDocument, CopyId } from "../../components/CopyText";
import { Drawer, DrawerPart } from "../../components/Drawer";
import { Fact, Facts } from "../../components/Facts";
import { Failure } from "../../components/Failure";
import { Failed, SkeletonPanel } from "../../components/States";
import { Time } from "../../components/Time";
import { callerName, eventTitle } from "../../lib/trail";

export function EventDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const query = useQuery({ ...eventQuery(id ?? ""), enabled: id !== undefined });
  const { data } = query;
  return (
    <Drawer
      open={id !== undefined}
      onClose={onClose}
      title={data ? eventTitle(data.event_name) : "Event"}
      lead={
        data && (
          <>
            {callerName(data)} · {data.account_name} · <Time at={data.event_time} />
          </>
        )
      }
    >
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : data === undefined ? (
        <SkeletonPanel className="h-64" />
      ) : (
        <Content event={data} />
      )}
    </Drawer>
  );
}

function Content({ event }: { event: EventDetail }) {
  return (
    <>
      {event.error_code && (
        <DrawerPart title="AWS refused it">
          <Failure failure={{ code: event.error_code, message: event.error_message ?? "", request_id: null }} />
        </DrawerPart>
      )}
      <DrawerPart title="Who and where">
        <Facts>
          <Fact name="User">
            {event.user_name && (
              <Link to="/activity" search={{ user_name: event.user_name }} className="text-accent hover:underline">
                {event.user_name}
              </Link>
            )}
          </Fact>
          <Fact name="From">{event.source_ip}</Fact>
          <Fact name="Identity">{event.user_arn && <CopyId text={event.user_arn} />}</Fact>
          <Fact name="Client">{event.user_agent}</Fact>
          <Fact name="Account">
            {event.account_name} · {event.region}
          </Fact>
          <Fact name="Event">
            <CopyId text={event.event_id} />
          </Fact>
        </Facts>
      </DrawerPart>
      {event.workspace_ids.length > 0 && (
        <DrawerPart title="Desktops">
          <ul className="flex flex-wrap gap-x-4 gap-y-1">
            {event.workspace_ids.map((id) => (
              <li key={id}>
                <Link to="/workspaces/$workspaceId" params={{ workspaceId: id }} className="font-mono text-[13px] text-accent hover:underline">
                  {id}
                </Link>
              </li>
            ))}
          </ul>
        </DrawerPart>
      )}
      <DrawerPart title="As AWS recorded it" aside="without credentials">
        <CopyDocument text={JSON.stringify(event.record, null, 2)} fileName={`${event.event_id}.json`} />
      </DrawerPart>
    </>
  );
}
