// Names a view, and says who sees it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/problem";
import { organizationsQuery } from "../../api/queries";
import { views, viewsQuery, type SavedView } from "../../api/views";
import { may, useMe } from "../../state/access";
import { useOrganization } from "../../state/filters";
import { toast } from "../../state/toasts";
import { Button } from "../Button";
import { Dialog, DialogActions } from "../Dialog";
import { SelectField, TextField } from "../Field";
import { ProblemNotice } from "../Notice";

interface ViewDialogProps {
  page: string;
  search: string;
  /** Which to change; absent for a new one. */
  view: SavedView | undefined;
  onClose: () => void;
  onSaved: (view: SavedView) => void;
}

const PRIVATE = "";
const PLACED = ["name", "organization_id"];

export function ViewDialog({ page, search, view, onClose, onSaved }: ViewDialogProps) {
  const client = useQueryClient();
  const me = useMe();
  const { data } = useQuery(organizationsQuery);
  const shareable = (data?.items ?? []).filter((one) => may(me, "save_queries", one.id));
  const inView = useOrganization();
  const [name, setName] = useState(view?.name ?? "");
  const [owner, setOwner] = useState(view?.organization_id ?? PRIVATE);
  const save = useMutation({
    mutationFn: () => {
      const who =
        owner === PRIVATE ? ({ visibility: "private" } as const) : ({ visibility: "organization", organization_id: owner } as const);
      return view
        ? views.change(view.view_id, { name: name.trim(), ...who })
        : views.create({ page, name: name.trim(), search, ...who });
    },
    onSuccess: async (saved) => {
      // The new one has to be known before the page shows it.
      await client.invalidateQueries({ queryKey: viewsQuery(page).queryKey });
      toast("good", `“${saved.name}” was saved`);
      onSaved(saved);
      onClose();
    },
  });
  const problem = save.isError ? asApiError(save.error) : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={view ? "Rename or share the view" : "Save as a view"}
      lead={view ? undefined : "Its filters, its order and its columns, under a name."}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {problem && <ProblemNotice error={problem} placed={PLACED} />}
        <TextField label="Name" required maxLength={80} value={name} error={problem?.field("name")} onChange={(event) => setName(event.target.value)} />
        <SelectField
          label="Who sees it"
          value={owner}
          error={problem?.field("organization_id")}
          onChange={(event) => setOwner(event.target.value)}
          hint={owner === PRIVATE ? undefined : "They see it with the rows they may see themselves"}
        >
          <option value={PRIVATE}>Only me</option>
          {[...shareable].sort((one, other) => Number(other.id === inView) - Number(one.id === inView)).map((one) => (
            <option key={one.id} value={one.id}>
              Everyone in {one.name}
            </option>
          ))}
        </SelectField>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={save.isPending} disabled={name.trim() === ""}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
