// The first step of onboarding: whose account it is and how it is reached.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accounts, organizations } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { accountQuery } from "../../api/queries";
import type { Account } from "../../api/types";
import { Button } from "../../components/Button";
import { CheckField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { Panel } from "../../components/Panel";
import { accountIdProblem, plainAccountId, roleArn, roleProblem } from "../../lib/account";
import { useMay } from "../../state/access";
import { toast } from "../../state/toasts";
import { OrganizationField, type OrganizationChoice } from "./OrganizationField";
import { RegionPicker } from "./RegionPicker";

const PLACED = ["organization_id", "id", "name", "role_arn", "external_id", "regions", "endpoint_url"];

const EMPTY = {
  id: "",
  name: "",
  role: "stocktake-read",
  ownCredentials: false,
  existingRole: false,
  externalId: "",
  endpoint: "",
};

export function AccountForm({ onCreated }: { onCreated: (account: Account) => void }) {
  const client = useQueryClient();
  // The server's own credentials and other endpoints are nobody's in particular.
  const installs = useMay("manage_installation");
  const [form, setForm] = useState(EMPTY);
  const [organization, setOrganization] = useState<OrganizationChoice>({ id: "" });
  const [regions, setRegions] = useState<string[]>([]);
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: async () => {
      const owner = "id" in organization ? organization.id : (await organizations.create(organization.name.trim())).id;
      // A second try must not make the organization again.
      setOrganization({ id: owner });
      const arn = form.ownCredentials ? undefined : roleArn(form.id, form.role);
      return accounts.create({
        id: plainAccountId(form.id),
        organization_id: owner,
        regions,
        ...(form.name.trim() ? { name: form.name.trim() } : {}),
        ...(arn ? { role_arn: arn } : {}),
        ...(form.existingRole && !form.ownCredentials && form.externalId.trim() ? { external_id: form.externalId.trim() } : {}),
        ...(form.endpoint.trim() ? { endpoint_url: form.endpoint.trim() } : {}),
      });
    },
    onSuccess: (account) => {
      client.setQueryData(accountQuery(account.id).queryKey, account);
      void client.invalidateQueries({ queryKey: ["accounts"] });
      toast("good", `${account.name} was added`);
      onCreated(account);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["organizations"] }),
  });
  const problem = create.isError ? asApiError(create.error) : undefined;
  const wrongRole = form.ownCredentials ? undefined : roleProblem(form.id, form.role);
  const idProblem = tried ? accountIdProblem(form.id) : undefined;
  const set = (changes: Partial<typeof EMPTY>) => setForm({ ...form, ...changes });
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!accountIdProblem(form.id) && !wrongRole) create.mutate();
      }}
    >
      <Panel className="[&>div]:flex [&>div]:flex-col [&>div]:gap-5">
        {problem && <ProblemNotice error={problem} placed={PLACED} />}
        <OrganizationField choice={organization} onChange={setOrganization} error={problem?.field("organization_id")} />
        <div className="grid gap-5 sm:grid-cols-2">
          <TextField
            label="AWS account id"
            hint="12 digits"
            mono
            inputMode="numeric"
            autoComplete="off"
            required
            value={form.id}
            error={idProblem ?? problem?.field("id")}
            onChange={(event) => set({ id: event.target.value })}
          />
          <TextField
            label="Name"
            optional
            hint="How people know it"
            value={form.name}
            error={problem?.field("name")}
            onChange={(event) => set({ name: event.target.value })}
          />
        </div>
        {installs && (
          <CheckField
            label="The server's own credentials are this account's"
            hint="No role is assumed"
            checked={form.ownCredentials}
            onChange={(event) => set({ ownCredentials: event.target.checked })}
          />
        )}
        {!form.ownCredentials && (
          <>
            <TextField
              label="Role to assume"
              hint="A name, or the ARN of a role that exists. The next step has a template that creates it."
              mono
              spellCheck={false}
              value={form.role}
              error={(tried && !idProblem ? wrongRole : undefined) ?? problem?.field("role_arn")}
              onChange={(event) => set({ role: event.target.value })}
            />
            <CheckField
              label="The role exists and expects an external id"
              hint="Otherwise one is generated. It cannot be changed later."
              checked={form.existingRole}
              onChange={(event) => set({ existingRole: event.target.checked })}
            />
            {form.existingRole && (
              <TextField
                label="External id"
                mono
                spellCheck={false}
                autoComplete="off"
                value={form.externalId}
                error={problem?.field("external_id")}
                onChange={(event) => set({ externalId: event.target.value })}
              />
            )}
          </>
        )}
        <RegionPicker chosen={regions} onChange={setRegions} error={problem?.field("regions")} />
        {installs && (
          <details open={form.endpoint !== "" || problem?.field("endpoint_url") !== undefined}>
            <summary className="text-sm font-medium text-ink-soft">Another endpoint than AWS&apos;s</summary>
            <TextField
              className="mt-3"
              label="Endpoint"
              optional
              type="url"
              placeholder="https://…"
              hint="For a private endpoint, or something that speaks AWS's protocols"
              value={form.endpoint}
              error={problem?.field("endpoint_url")}
              onChange={(event) => set({ endpoint: event.target.value })}
            />
          </details>
        )}
        <div className="flex justify-end">
          <Button type="submit" kind="primary" busy={create.isPending}>
            Add account
          </Button>
        </div>
      </Panel>
    </form>
  );
}
