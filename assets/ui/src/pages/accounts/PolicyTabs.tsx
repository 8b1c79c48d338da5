// The documents that grant what a sync needs, for one account.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { policyQuery } from "../../api/queries";
import type { Account } from "../../api/types";
import { CopyDocument } from "../../components/CopyText";
import { TextField } from "../../components/Field";
import { Failed, Skeleton } from "../../components/States";
import { Tabs } from "../../components/Tabs";
import { accountIdProblem, plainAccountId, roleName } from "../../lib/account";
import { useMay } from "../../state/access";

export function PolicyTabs({ account }: { account: Account }) {
  const mayChange = useMay("manage_accounts", account.organization_id);
  // A role template without the external id would be a wrong one; the policy does not hold it.
  const forRole = account.role_arn && (account.external_id || mayChange);
  const [trusted, setTrusted] = useState("");
  const problem = trusted === "" ? undefined : accountIdProblem(trusted);
  const query = useQuery(
    policyQuery({
      ...(account.role_arn ? { role_name: roleName(account.role_arn) } : {}),
      ...(account.external_id ? { external_id: account.external_id } : {}),
      ...(trusted !== "" && !problem ? { trusted_account_id: plainAccountId(trusted) } : {}),
    }),
  );
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const { data } = query;
  if (data === undefined) return <Skeleton className="h-64" />;
  const name = account.role_arn ? roleName(account.role_arn) : "stocktake-read";
  return (
    <div className="flex flex-col gap-4">
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
