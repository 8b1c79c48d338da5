// The documents that grant what a sync needs, or what changes need, for one account.
import { useQuery } from "@tanstack/react-query";
import { Eye, Pencil } from "lucide-react";
import { useState } from "react";
import { policyQuery } from "../../api/queries";
import type { Account } from "../../api/types";
import { CopyDocument } from "../../components/CopyText";
import { TextField } from "../../components/Field";
import { Failed, Skeleton } from "../../components/States";
import { Tabs } from "../../components/Tabs";
import { Toggle } from "../../components/Toggle";
import { accountIdProblem, plainAccountId, roleName } from "../../lib/account";
import { useMay } from "../../state/access";

const ROLES = [
  { key: "read", title: "To read", icon: Eye },
  { key: "write", title: "To change", icon: Pencil },
] as const;

interface PolicyTabsProps {
  account: Account;
  /** Offers the role for changes too, which is one of its own. */
  withChanges?: boolean;
}

export function PolicyTabs({ account, withChanges = false }: PolicyTabsProps) {
  const [purpose, setPurpose] = useState<"read" | "write">("read");
  const write = purpose === "write";
  const mayChange = useMay("manage_accounts", account.organization_id);
  // A role template without the external id would be a wrong one; the policy does not hold it.
  const forRole = (account.role_arn || write) && (account.external_id || mayChange);
  const ownRole = write ? account.write_role_arn : account.role_arn;
  const [trusted, setTrusted] = useState("");
  const problem = trusted === "" ? undefined : accountIdProblem(trusted);
  const query = useQuery(
    policyQuery({
      ...(write ? { write: true } : {}),
      ...(ownRole ? { role_name: roleName(ownRole) } : {}),
      ...(account.external_id ? { external_id: account.external_id } : {}),
      ...(trusted !== "" && !problem ? { trusted_account_id: plainAccountId(trusted) } : {}),
    }),
  );
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const { data } = query;
  if (data === undefined) return <Skeleton className="h-64" />;
  const name = ownRole ? roleName(ownRole) : write ? "stocktake-write" : "stocktake-read";
  return (
    <div className="flex flex-col gap-4">
      {withChanges && (
        <div>
          <Toggle label="What the role is for" choices={ROLES} chosen={purpose} onChoose={setPurpose} />
          {write && (
            <p className="mt-2 text-[13px] text-ink-soft">
              A role of its own, used only to apply plans that were approved. Once it exists, enter it under Edit.
            </p>
          )}
        </div>
      )}
      {forRole && (
        <TextField
          label="Account the server runs in"
          optional
          mono
          inputMode="numeric"
          hint="The role will trust this account. Left empty, the template asks for it or names the server's own."
          className="max-w-sm"
          value={trusted}
          error={problem}
          onChange={(event) => setTrusted(event.target.value)}
        />
      )}
      <Tabs
        label="Ways to grant access"
        tabs={[
          ...(forRole
            ? [
                { key: "cloudformation", title: "CloudFormation", content: <CopyDocument text={data.cloudformation} fileName={`${name}.yaml`} /> },
                { key: "terraform", title: "Terraform", content: <CopyDocument text={data.terraform} fileName={`${name}.tf`} /> },
              ]
            : []),
          { key: "json", title: "IAM policy (JSON)", content: <CopyDocument text={data.json} fileName={`${name}-policy.json`} /> },
        ]}
      />
    </div>
  );
}
