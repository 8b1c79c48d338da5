// What may change about an account; its id and external id may not.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accounts } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { accountQuery } from "../../api/queries";
import type { Account } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { CheckField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { roleArn, roleProblem } from "../../lib/account";
import { toast } from "../../state/toasts";
import { RegionPicker } from "./RegionPicker";

interface EditAccountDialogProps {
  account: Account;
  open: boolean;
  onClose: () => void;
}

export function EditAccountDialog({ account, open, onClose }: EditAccountDialogProps) {
  return (
    <Dialog open={open} onClose={onClose} title={`Edit ${account.name}`}>
      <EditForm account={account} onClose={onClose} />
    </Dialog>
  );
}

function EditForm({ account, onClose }: { account: Account; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const [role, setRole] = useState(account.role_arn ?? "");
  const [writeRole, setWriteRole] = useState(account.write_role_arn ?? "");
  const [regions, setRegions] = useState<string[]>(account.regions);
  const [enabled, setEnabled] = useState(account.enabled);
  const save = useMutation({
    mutationFn: () => {
      const arn = roleArn(account.id, role);
      const writeArn = roleArn(account.id, writeRole);
      return accounts.change(account.id, {
        name: name.trim(),
        regions,
        enabled,
        ...(arn && arn !== account.role_arn ? { role_arn: arn } : {}),
        ...(writeArn && writeArn !== account.write_role_arn ? { write_role_arn: writeArn } : {}),
      });
    },
    onSuccess: (changed) => {
      client.setQueryData(accountQuery(account.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["accounts"] });
      toast("good", "Saved");
      onClose();
    },
  });
  const [tried, setTried] = useState(false);
  const wrongRole = account.role_arn ? roleProblem(account.id, role) : undefined;
  const wrongWriteRole = writeRole.trim() === "" ? undefined : roleProblem(account.id, writeRole);
  const problem = save.isError ? asApiError(save.error) : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!wrongRole && !wrongWriteRole) save.mutate();
      }}
    >
      {problem && <ProblemNotice error={problem} placed={["name", "role_arn", "write_role_arn", "regions"]} />}
      <TextField label="Name" required value={name} error={problem?.field("name")} onChange={(event) => setName(event.target.value)} />
      {account.role_arn && (
        <TextField
          label="Role to assume"
          mono
          required
          spellCheck={false}
          value={role}
          error={(tried ? wrongRole : undefined) ?? problem?.field("role_arn")}
          onChange={(event) => setRole(event.target.value)}
        />
      )}
      <TextField
        label="Role for changes"
        mono
        optional
        spellCheck={false}
        hint="Only for plans that are approved. Its template stands on the account's page; without it nothing can be changed here."
        value={writeRole}
        error={(tried ? wrongWriteRole : undefined) ?? problem?.field("write_role_arn")}
        onChange={(event) => setWriteRole(event.target.value)}
      />
      <RegionPicker chosen={regions} onChange={setRegions} error={problem?.field("regions")} />
      <CheckField
        label="Sync this account"
        hint="Switched off, what is known stays and ages"
        checked={enabled}
        onChange={(event) => setEnabled(event.target.checked)}
      />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={save.isPending}>
          Save
        </Button>
      </DialogActions>
    </form>
  );
}
