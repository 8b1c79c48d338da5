// Makes a plan of the chosen recommendations: one for each client, since each is approved on its own.
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/problem";
import type { Recommendation } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { TextField } from "../../components/Field";
import { Notice } from "../../components/Notice";
import { byOrganization } from "../../lib/clients";
import { formatCount } from "../../lib/format";
import { formatMoney } from "../../lib/money";
import { ActionProblem } from "../actions/ActionProblem";
import { useMakePlans } from "../actions/useMakePlans";
import { repeated, savingOf } from "./planning";

interface BuildPlanDialogProps {
  rows: Recommendation[];
  onClose: () => void;
}

export function BuildPlanDialog({ rows, onClose }: BuildPlanDialogProps) {
  const groups = byOrganization(rows);
  const twice = repeated(rows);
  const ending = rows.filter((row) => row.change?.verb === "terminate").length;
  const [title, setTitle] = useState(`Optimizer: ${formatCount(rows.length, "change")}`);
  const [reason, setReason] = useState("");
  const makePlans = useMakePlans();
  const build = useMutation({
    mutationFn: () =>
      makePlans(
        groups.map((group) => ({
          title: title.trim(),
          reason: reason.trim() || null,
          recommendation_ids: group.rows.map((row) => row.id),
        })),
      ),
  });
  const problem = build.isError ? asApiError(build.error) : undefined;
  return (
    <Dialog open onClose={onClose} title="Build a plan" lead="Nothing changes yet: a plan is approved first, then applied.">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          build.mutate();
        }}
      >
        <div className="flex flex-col gap-4">
          {problem && <ActionProblem error={problem} placed={["title", "reason"]} />}
          <ul className="divide-y divide-line rounded-lg border border-line text-sm">
            {groups.map((group) => (
              <li key={group.id} className="flex justify-between gap-4 px-3.5 py-2">
                <span className="min-w-0 truncate">
                  {group.name} <span className="text-ink-faint">· {formatCount(group.rows.length, "change")}</span>
                </span>
                <Sum saving={savingOf(group.rows)} />
              </li>
            ))}
          </ul>
          {groups.length > 1 && (
            <Notice kind="info" title={`${groups.length} plans will be made`}>
              One for each client, since each is approved on its own.
            </Notice>
          )}
          {twice.length > 0 && (
            <Notice kind="warn" title={`${formatCount(twice.length, "desktop")} chosen more than once`}>
              A plan changes a desktop once: {twice.join(", ")}. Keep one recommendation for each.
            </Notice>
          )}
          {ending > 0 && (
            <Notice kind="warn" title={`${formatCount(ending, "desktop")} would be terminated`}>
              Both disks are removed for good. Two people have to approve it.
            </Notice>
          )}
          <TextField label="Name" required value={title} error={problem?.field("title")} onChange={(event) => setTitle(event.target.value)} />
          <TextField
            label="Reason"
            optional
            hint="For whoever approves it: a ticket, who was asked"
            value={reason}
            error={problem?.field("reason")}
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={build.isPending} disabled={twice.length > 0 || title.trim() === ""}>
            {groups.length === 1 ? "Make the plan" : `Make ${groups.length} plans`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Sum({ saving }: { saving: number | undefined }) {
  if (saving === undefined) return <span className="whitespace-nowrap text-ink-faint">no price</span>;
  return (
    <span className="font-medium whitespace-nowrap">
      {formatMoney(Math.abs(saving))} a month {saving < 0 ? "more" : "less"}
    </span>
  );
}
