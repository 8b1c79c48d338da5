// What one client allows to be changed, and when not.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { actions as api } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { actionsQuery } from "../../api/queries";
import type { Actions, Blackout, Organization } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { CheckField } from "../../components/Field";
import { Notice, ProblemNotice } from "../../components/Notice";
import { Failed, Skeleton } from "../../components/States";
import { formatCount } from "../../lib/format";
import { toast } from "../../state/toasts";
import { BlackoutFields } from "./BlackoutFields";

interface ActionsDialogProps {
  organization: Organization;
  readOnly: boolean;
  onClose: () => void;
}

export function ActionsDialog({ organization, readOnly, onClose }: ActionsDialogProps) {
  const query = useQuery(actionsQuery(organization.id));
  return (
    <Dialog open onClose={onClose} title={`Changes of ${organization.name}`} lead="Each change is planned, approved, applied and read again.">
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <Skeleton className="h-40" />
      ) : (
        <Form organization={organization} known={query.data} readOnly={readOnly} onClose={onClose} />
      )}
    </Dialog>
  );
}

const NEW: Blackout = { weekdays: [1, 2, 3, 4, 5], from: "08:00", to: "18:00", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone };

function Form({ organization, known, readOnly, onClose }: ActionsDialogProps & { known: Actions }) {
  const client = useQueryClient();
  const [enabled, setEnabled] = useState(known.actions_enabled);
  const [terminate, setTerminate] = useState(known.terminate_enabled);
  const [blackout, setBlackout] = useState(known.blackout ?? []);
  const save = useMutation({
    mutationFn: () => api.save(organization.id, { actions_enabled: enabled, terminate_enabled: terminate, blackout }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["organizations"] });
      toast("good", `The settings of ${organization.name} were saved`);
      onClose();
    },
  });
  const without = known.accounts_without_role;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={readOnly} className="flex flex-col gap-4">
        {save.isError && <ProblemNotice error={asApiError(save.error)} />}
        {readOnly && <Notice kind="info" title="Only an admin of this client can change this" />}
        <CheckField
          label="Desktops may be changed"
          hint="Start, stop, running mode, compute type, tags and the like"
          checked={enabled}
          onChange={(event) => setEnabled(event.target.checked)}
        />
        <CheckField
          label="Desktops may be terminated"
          hint="Removes their disks for good; two people approve it each time"
          checked={terminate}
          disabled={!enabled}
          onChange={(event) => setTerminate(event.target.checked)}
        />
        {without.length > 0 && (
          <Notice
            kind="warn"
            title={`${formatCount(without.length, "account")} without a role for changes`}
            action={
              <Link to="/accounts" className="text-sm font-medium text-accent hover:underline">
                Accounts and their role templates
              </Link>
            }
          >
            {without.join(", ")}. Nothing can be changed in them until they have one.
          </Notice>
        )}
        <section aria-labelledby="blackout" className="flex flex-col gap-3">
          <div className="flex items-center justify-between gap-3">
            <h3 id="blackout" className="text-sm font-medium">
              Times without changes
            </h3>
            {!readOnly && (
              <Button small onClick={() => setBlackout([...blackout, NEW])}>
                <Plus aria-hidden /> Add
              </Button>
            )}
          </div>
          {blackout.length === 0 && <p className="text-[13px] text-ink-faint">None: plans can be applied at any time.</p>}
          {blackout.map((one, index) => (
            <BlackoutFields
              key={index}
              value={one}
              onChange={(changed) => setBlackout(blackout.with(index, changed))}
              onRemove={() => setBlackout(blackout.toSpliced(index, 1))}
            />
          ))}
        </section>
      </fieldset>
      <DialogActions>
        <Button onClick={onClose}>{readOnly ? "Close" : "Cancel"}</Button>
        {!readOnly && (
          <Button type="submit" kind="primary" busy={save.isPending}>
            Save
          </Button>
        )}
      </DialogActions>
    </form>
  );
}
