// Names a new organization, or one that exists.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { organizations as api } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import type { Organization } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { toast } from "../../state/toasts";

interface OrganizationDialogProps {
  organization: Organization | undefined;
  onClose: () => void;
}

export function OrganizationDialog({ organization, onClose }: OrganizationDialogProps) {
  const client = useQueryClient();
  const [name, setName] = useState(organization?.name ?? "");
  const save = useMutation({
    mutationFn: () => (organization ? api.rename(organization.id, name.trim()) : api.create(name.trim())),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ["organizations"] });
      toast("good", organization ? `Renamed to ${saved.name}` : `${saved.name} was added`);
      onClose();
    },
  });
  const problem = save.isError ? asApiError(save.error) : undefined;
  return (
    <Dialog open onClose={onClose} title={organization ? `Rename ${organization.name}` : "Add an organization"}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <div className="flex flex-col gap-4">
          {problem && <ProblemNotice error={problem} placed={["name"]} />}
          <TextField label="Name" required value={name} error={problem?.field("name")} onChange={(event) => setName(event.target.value)} />
        </div>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.isPending}>
            {organization ? "Rename" : "Add"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
