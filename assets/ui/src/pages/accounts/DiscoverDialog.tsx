// Lists the members of the AWS Organization, and onboards them when asked to.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { accounts, organizations } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { isOver, jobQuery } from "../../api/queries";
import type { DiscoverResult } from "../../api/types";
import type { Job } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { CheckField, TextField } from "../../components/Field";
import { Meter } from "../../components/Meter";
import { Notice, ProblemNotice } from "../../components/Notice";
import { DiscoveredList } from "./DiscoveredList";
import { OrganizationField, type OrganizationChoice } from "./OrganizationField";
import { RegionPicker } from "./RegionPicker";

export function DiscoverDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title="Discover accounts"
      lead="Lists the members of the AWS Organization that the server's credentials belong to."
    >
      <Discover onClose={onClose} />
    </Dialog>
  );
}

function Discover({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [organization, setOrganization] = useState<OrganizationChoice>({ id: "" });
  const [role, setRole] = useState("stocktake-read");
  const [externalId, setExternalId] = useState("");
  const [regions, setRegions] = useState<string[]>([]);
  const [separate, setSeparate] = useState(false);
  const [jobId, setJobId] = useState<string>();
  const job = useQuery({ ...jobQuery(jobId ?? ""), enabled: jobId !== undefined });
  const start = useMutation({
    mutationFn: async (add: boolean) => {
      const owner = "id" in organization ? organization.id : (await organizations.create(organization.name.trim())).id;
      setOrganization({ id: owner });
      return accounts.discover({
        organization_id: owner,
        add,
        regions,
        organization_per_account: separate,
        ...(role.trim() ? { role_name: role.trim() } : {}),
        ...(externalId.trim() ? { external_id: externalId.trim() } : {}),
      });
    },
    onSuccess: (queued) => {
      client.setQueryData(jobQuery(queued.id).queryKey, queued);
      setJobId(queued.id);
    },
  });
  const onOrganization = useCallback((choice: OrganizationChoice) => setOrganization(choice), []);
  const problem = start.isError ? asApiError(start.error) : undefined;
  const result = resultOf(job.data);
  const busy = start.isPending || (job.data !== undefined && !isOver(job.data.state));
  const fresh = result?.accounts.filter((one) => !one.known && !one.added && one.status === "ACTIVE").length ?? 0;
  return (
    <div className="flex flex-col gap-4">
      {problem && <ProblemNotice error={problem} placed={["organization_id", "role_name", "external_id", "regions"]} />}
      <div className="grid gap-4 sm:grid-cols-2">
        <OrganizationField choice={organization} onChange={onOrganization} error={problem?.field("organization_id")} />
        <TextField
          label="Role name"
          mono
          hint="The same in every account"
          value={role}
          error={problem?.field("role_name")}
          onChange={(event) => setRole(event.target.value)}
        />
        <TextField
          label="External id"
          optional
          mono
          hint="Given only where the roles already expect one"
          value={externalId}
          error={problem?.field("external_id")}
          onChange={(event) => setExternalId(event.target.value)}
        />
      </div>
      <CheckField
        label="Each account is a client of its own"
        hint="An organization is made for each, named after the account"
        checked={separate}
        onChange={(event) => setSeparate(event.target.checked)}
      />
      <details>
        <summary className="text-sm font-medium text-ink-soft">Regions: {regions.join(", ") || "every commercial one"}</summary>
        <div className="mt-3">
          <RegionPicker chosen={regions} onChange={setRegions} error={problem?.field("regions")} />
        </div>
      </details>
      <Progress job={job.data} />
      {result && <DiscoveredList accounts={result.accounts} />}
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
        <Button kind={fresh > 0 ? "plain" : "primary"} busy={busy} onClick={() => start.mutate(false)}>
          {result ? "List again" : "List accounts"}
        </Button>
        {fresh > 0 && (
          <Button kind="primary" busy={busy} onClick={() => start.mutate(true)}>
            Add {fresh} {fresh === 1 ? "account" : "accounts"}
          </Button>
        )}
      </DialogActions>
    </div>
  );
}

function resultOf(job: Job | undefined): DiscoverResult | undefined {
  return (job?.result as DiscoverResult | null | undefined) ?? undefined;
}

function Progress({ job }: { job: Job | undefined }) {
  if (!job) return null;
  if (!isOver(job.state)) {
    return (
      <div aria-live="polite">
        <p className="mb-2 text-sm text-ink-soft">{job.progress.message || "Asking AWS"}</p>
        <Meter done={job.progress.done} total={job.progress.total} label="Discovery progress" />
      </div>
    );
  }
  if (job.error) return <Notice kind="bad" title="AWS could not be asked">{job.error}</Notice>;
  return null;
}
