// All properties of a desktop, grouped by what a person looks for.
import { Link } from "@tanstack/react-router";
import type { WorkspaceDetail } from "../../api/types";
import { CopyId } from "../../components/CopyText";
import { Fact, Facts } from "../../components/Facts";
import { Panel } from "../../components/Panel";
import { Age, Time } from "../../components/Time";
import { formatConstant } from "../../lib/format";
import { tagParameter } from "../../lib/workspaceFilters";
import { Replication } from "./Replication";

const constant = (value: string | null | undefined) => (value ? formatConstant(value) : null);
const id = (value: string | null | undefined) => (value ? <CopyId text={value} /> : null);
const gib = (value: number | null | undefined) => (value != null ? `${value} GiB` : null);
const yesNo = (value: boolean | null | undefined) => (value == null ? null : value ? "Yes" : "No");

export function Properties({ detail }: { detail: WorkspaceDetail }) {
  return (
    <>
      <Connection detail={detail} />
      <Panel title="Desktop">
        <Facts columns={3}>
          <Fact name="User">
            {detail.user_name && (
              <Link to="/workspaces" search={{ user_name: detail.user_name }} className="text-accent hover:underline">
                {detail.user_name}
              </Link>
            )}
          </Fact>
          <Fact name="Display name">{detail.display_name}</Fact>
          <Fact name="WorkSpace name">{detail.workspace_name}</Fact>
          <Fact name="Compute type">{constant(detail.compute_type)}</Fact>
          <Fact name="Running mode">
            {constant(detail.running_mode)}
            {detail.running_mode === "AUTO_STOP" &&
              detail.auto_stop_timeout_minutes != null &&
              `, stops after ${detail.auto_stop_timeout_minutes} minutes`}
          </Fact>
          <Fact name="Operating system">{constant(detail.operating_system)}</Fact>
          <Fact name="Protocols">{detail.protocols.join(", ")}</Fact>
          <Fact name="Bundle">
            {detail.bundle_name}
            {detail.bundle_id && <div>{id(detail.bundle_id)}</div>}
          </Fact>
          <Fact name="Directory">
            {detail.directory_name}
            {detail.directory_id && <div>{id(detail.directory_id)}</div>}
          </Fact>
          <Fact name="Changes under way">
            {detail.modification_states.map((one) => `${formatConstant(one.resource)}: ${formatConstant(one.state)}`).join(", ") ||
              "none"}
          </Fact>
        </Facts>
      </Panel>
      <Panel title="Network and storage">
        <Facts columns={3}>
          <Fact name="Computer name">{id(detail.computer_name)}</Fact>
          <Fact name="IP address">{id(detail.ip_address)}</Fact>
          <Fact name="IPv6 address">{id(detail.ipv6_address)}</Fact>
          <Fact name="Subnet">{id(detail.subnet_id)}</Fact>
          <Fact name="Root volume">{gib(detail.root_volume_gib)}</Fact>
          <Fact name="User volume">{gib(detail.user_volume_gib)}</Fact>
          <Fact name="Root volume encrypted">{yesNo(detail.root_volume_encrypted)}</Fact>
          <Fact name="User volume encrypted">{yesNo(detail.user_volume_encrypted)}</Fact>
          <Fact name="Encryption key">{id(detail.volume_encryption_key)}</Fact>
        </Facts>
      </Panel>
      <Tags detail={detail} />
      <Replication detail={detail} />
      <Panel title="Where and when">
        <Facts columns={3}>
          <Fact name="Organization">{detail.organization_name}</Fact>
          <Fact name="Account">
            <Link
              to="/accounts/$accountId"
              params={{ accountId: detail.account_id }}
              className="text-accent hover:underline"
            >
              {detail.account_name}
            </Link>
            <div>{id(detail.account_id)}</div>
          </Fact>
          <Fact name="Region">{detail.region}</Fact>
          <Fact name="Created">
            <Time at={detail.created_at} />
            <div className="text-[13px] text-ink-faint">
              {detail.created_at_source === "cloudtrail" ? "from CloudTrail" : "when first seen; AWS does not say"}
            </div>
          </Fact>
          <Fact name="First seen">
            <Time at={detail.first_seen_at} />
          </Fact>
          <Fact name="Last seen">
            <Time at={detail.last_seen_at} />
          </Fact>
          {detail.missing_since && (
            <Fact name="Missing since">
              <Time at={detail.missing_since} />
            </Fact>
          )}
          {detail.deleted_at && (
            <Fact name="Deleted">
              <Time at={detail.deleted_at} />
            </Fact>
          )}
          {detail.terminated_at && (
            <Fact name="Terminated">
              <Time at={detail.terminated_at} />
            </Fact>
          )}
        </Facts>
      </Panel>
    </>
  );
}

function Connection({ detail }: { detail: WorkspaceDetail }) {
  return (
    <Panel
      title="Connection"
      aside={
        detail.connection_checked_at && (
          <>
            AWS checked <Age at={detail.connection_checked_at} />
          </>
        )
      }
    >
      <Facts columns={3}>
        <Fact name="State">{constant(detail.connection_state) ?? "Not known"}</Fact>
        <Fact name="Last connected">
          <Time at={detail.last_connected_at} none={detail.connection_checked_at ? "Never" : "Not known"} />
        </Fact>
        <Fact name="That was">
          <Age at={detail.last_connected_at} />
        </Fact>
      </Facts>
    </Panel>
  );
}

function Tags({ detail }: { detail: WorkspaceDetail }) {
  const tags = Object.entries(detail.tags);
  return (
    <Panel title="Tags">
      {tags.length === 0 ? (
        <p className="text-sm text-ink-faint">No tags.</p>
      ) : (
        <ul className="flex flex-wrap gap-2">
          {tags.map(([key, value]) => (
            <li key={key} className="max-w-full">
              <Link
                to="/workspaces"
                search={{ [tagParameter(key)]: value }}
                title={`All WorkSpaces with ${key} = ${value}`}
                className="inline-flex max-w-full overflow-hidden rounded-md border border-line text-[13px] hover:border-accent"
              >
                <span className="bg-sunken px-2 py-1 text-ink-soft">{key}</span>
                <span className="truncate px-2 py-1">{value || "(empty)"}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
