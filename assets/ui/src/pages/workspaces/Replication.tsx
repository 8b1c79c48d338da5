// Standby desktops in other regions and how their data follows; absent where there are none.
import { Link } from "@tanstack/react-router";
import type { WorkspaceDetail } from "../../api/types";
import { Fact, Facts } from "../../components/Facts";
import { Panel } from "../../components/Panel";
import { Time } from "../../components/Time";
import { formatConstant } from "../../lib/format";

const constant = (value: string | null | undefined) => (value ? formatConstant(value) : null);

export function Replication({ detail }: { detail: WorkspaceDetail }) {
  const { related_workspaces: related, standby_workspaces: standby, data_replication: replication } = detail;
  if (related.length === 0 && standby.length === 0 && !replication) return null;
  return (
    <Panel title="Multi-region">
      <Facts columns={3}>
        {replication && (
          <>
            <Fact name="Data replication">{constant(replication.data_replication)}</Fact>
            <Fact name="Recovery snapshot">
              <Time at={replication.recovery_snapshot_at} />
            </Fact>
          </>
        )}
        {related.map((one, index) => (
          <Fact key={index} name={`${constant(one.kind) ?? "Related"} in ${one.region ?? "another region"}`}>
            <WorkspaceLink id={one.workspace_id} /> {constant(one.state)}
          </Fact>
        ))}
        {standby.map((one, index) => (
          <Fact key={index} name="Standby">
            <WorkspaceLink id={one.standby_workspace_id} /> {constant(one.data_replication)}
          </Fact>
        ))}
      </Facts>
    </Panel>
  );
}

function WorkspaceLink({ id }: { id: string | null | undefined }) {
  if (!id) return null;
  return (
    <Link to="/workspaces/$workspaceId" params={{ workspaceId: id }} className="font-mono text-[13px] text-accent hover:underline">
      {id}
    </Link>
  );
}
