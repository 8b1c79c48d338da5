// Asks before a change of desktops: what exactly, of which, and why. Then it makes a plan, one for each client.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/problem";
import type { Workspace } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { changeWords, VERBS, type Verb } from "../../lib/change";
import { byOrganization } from "../../lib/clients";
import { formatCount, formatNumber } from "../../lib/format";
import { ActionProblem } from "./ActionProblem";
import { changeOf, inParts, MOST_IN_PLAN, USUAL } from "./changes";
import { ChoiceFields } from "./ChoiceFields";
import { useMakePlans } from "./useMakePlans";

interface ActionDialogProps {
  verb: Verb;
  desktops: Workspace[];
  onClose: () => void;
  onPlanned?: () => void;
}

const NAMED = 8;

export function ActionDialog({ verb, desktops, onClose, onPlanned }: ActionDialogProps) {
  const { title, lead, destructive = false } = VERBS[verb];
  const groups = byOrganization(desktops);
  const parts = groups.flatMap((group) => inParts(group.rows));
  const count = String(desktops.length);
  const [choices, setChoices] = useState(USUAL);
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const change = changeOf(verb, choices);
  const makePlans = useMakePlans();
  const build = useMutation({
    mutationFn: () => {
      if (typeof change === "string") throw new Error(change);
      const name = `${title === changeWords(change) ? title : `${title}: ${changeWords(change)}`}`;
      return makePlans(
        parts.map(({ rows, part, of }) => ({
          title: `${name} (${formatCount(rows.length, "desktop")}${of > 1 ? `, part ${part} of ${of}` : ""})`,
          reason: reason.trim() || null,
          changes: rows.map((row) => ({ workspace_id: row.workspace_id, change })),
        })),
      );
    },
    onSuccess: () => {
      onPlanned?.();
      onClose();
    },
  });
  const problem = build.isError ? asApiError(build.error) : undefined;
  const named = desktops.slice(0, NAMED).map((row) => row.user_name ?? row.workspace_id);
  const unconfirmed = destructive && typed.trim() !== count;
  return (
    <Dialog open onClose={onClose} title={`${title}: ${formatCount(desktops.length, "desktop")}`} lead={lead}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          build.mutate();
        }}
      >
        <div className="flex flex-col gap-4">
          {problem && <ActionProblem error={problem} placed={["reason"]} />}
          <ChoiceFields verb={verb} choices={choices} onChange={(changes) => setChoices({ ...choices, ...changes })} />
          <p className="rounded-lg bg-sunken px-3.5 py-2.5 text-sm text-ink-soft">
            {named.join(", ")}
            {desktops.length > NAMED && ` and ${desktops.length - NAMED} more`}
            {groups.length > 1 && (
              <span className="mt-1 block text-[13px] text-ink-faint">
                {formatCount(groups.length, "client")}: {parts.length} plans will be made, since each is approved on its own.
              </span>
            )}
            {parts.length > groups.length && (
              <span className="mt-1 block text-[13px] text-ink-faint">
                A plan holds {formatNumber(MOST_IN_PLAN)} desktops at most; what is more goes into further plans.
              </span>
            )}
          </p>
          <TextField
            label="Reason"
            optional
            hint="For whoever approves it: a ticket, who was asked"
            value={reason}
            error={problem?.field("reason")}
            onChange={(event) => setReason(event.target.value)}
          />
          {destructive && (
            <>
              <Notice kind="warn" title={verb === "terminate" ? "This cannot be undone" : "What was saved since the last snapshot is lost"} />
              <TextField
                label={`Type the number of desktops, ${count}, to confirm`}
                mono
                inputMode="numeric"
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            </>
          )}
          {typeof change === "string" && <p className="text-[13px] text-ink-faint">{change}.</p>}
          <p className="text-[13px] text-ink-faint">Nothing changes yet: this makes a plan, which is approved and then applied.</p>
        </div>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind={destructive ? "danger" : "primary"}
            busy={build.isPending}
            disabled={typeof change === "string" || unconfirmed}
          >
            {parts.length === 1 ? "Make the plan" : `Make ${parts.length} plans`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
