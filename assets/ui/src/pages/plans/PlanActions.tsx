// The buttons of a plan. Each asks first; where data is lost, the number of desktops is typed.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Check, Play, Square, Undo2, X, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { plans } from "../../api/endpoints";
import type { PlanDetail, PlanVerb } from "../../api/types";
import { planQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { formatCount } from "../../lib/format";
import { useMay, useMe } from "../../state/access";
import { toast } from "../../state/toasts";
import { ActionProblem } from "../actions/ActionProblem";
import { endangered, verbsOf } from "./standing";

interface Words {
  button: string;
  icon: LucideIcon;
  title: string;
  text: (detail: PlanDetail) => string;
  action: string;
  done: string;
}

const desktops = ({ plan }: PlanDetail) => formatCount(plan.items, "desktop");
const left = ({ plan }: PlanDetail) => formatCount(plan.items - plan.items_verified - plan.items_failed - plan.items_skipped, "desktop");

const WORDS: Record<PlanVerb, Words> = {
  approve: {
    button: "Approve",
    icon: Check,
    title: "Approve this plan?",
    text: (detail) => `With your approval ${desktops(detail)} may be changed as it says. Nothing changes before it is applied.`,
    action: "Approve",
    done: "You approved the plan",
  },
  apply: {
    button: "Apply",
    icon: Play,
    title: "Apply this plan?",
    text: (detail) => `${left(detail)} will be changed, one after the other, and each is read again to see that it is as planned. You can stop in between.`,
    action: "Apply now",
    done: "The plan is being applied",
  },
  stop: {
    button: "Stop",
    icon: Square,
    title: "Stop this plan?",
    text: () => "The desktop at work is finished first; the rest stays as it is, and can be gone on with.",
    action: "Stop",
    done: "It stops after the desktop at work",
  },
  revert: {
    button: "Revert",
    icon: Undo2,
    title: "Make a plan that undoes this one?",
    text: () => "It asks for what was before, for every desktop that was changed and can be changed back. It is approved like any other plan.",
    action: "Make the plan",
    done: "A plan that undoes it was made",
  },
  cancel: {
    button: "Cancel plan",
    icon: X,
    title: "Cancel this plan?",
    text: (detail) => (detail.plan.state === "stopped" ? `${left(detail)} stay as they are.` : "No desktop will be changed by it."),
    action: "Cancel the plan",
    done: "The plan was cancelled",
  },
};

export function PlanActions({ detail }: { detail: PlanDetail }) {
  const { plan, items } = detail;
  const me = useMe();
  const mayPlan = useMay("make_plans", plan.organization_id);
  const mayApprove = useMay("approve_plans", plan.organization_id);
  const [asking, setAsking] = useState<PlanVerb>();
  const approved = plan.approvals.some((one) => one.approver === me.user.username);
  const verbs = verbsOf(plan, items).filter((verb) => (verb === "approve" || verb === "apply" ? mayApprove : mayPlan));
  return (
    <>
      {verbs.map((verb) => {
        const { button, icon: Icon } = WORDS[verb];
        const again = verb === "approve" && approved;
        return (
          <Button
            key={verb}
            kind={verb === "approve" || verb === "apply" ? "primary" : "plain"}
            disabled={again}
            title={again ? "You approved it; another person is needed" : undefined}
            onClick={() => setAsking(verb)}
          >
            <Icon aria-hidden /> {verb === "apply" && plan.state === "stopped" ? "Resume" : again ? "You approved it" : button}
          </Button>
        );
      })}
      {asking && <Ask key={asking} verb={asking} detail={detail} onClose={() => setAsking(undefined)} />}
    </>
  );
}

function Ask({ verb, detail, onClose }: { verb: PlanVerb; detail: PlanDetail; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const words = WORDS[verb];
  const { plan, items } = detail;
  const losing = verb === "approve" || verb === "apply" ? endangered(items) : 0;
  const turn = useMutation({
    mutationFn: () => plans.turn[verb](plan.id),
    onSuccess: (changed) => {
      client.setQueryData(planQuery(changed.id).queryKey, (known) => known && { ...known, plan: changed });
      void client.invalidateQueries({ queryKey: ["plans"] });
      toast("good", words.done);
      onClose();
      if (changed.id !== plan.id) void navigate({ to: "/plans/$planId", params: { planId: changed.id } });
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      onConfirm={() => turn.mutate()}
      title={words.title}
      action={words.action}
      busy={turn.isPending}
      error={turn.isError ? turn.error : undefined}
      problem={<ActionProblem error={turn.error} />}
      {...(verb === "cancel" ? { dismiss: "Keep it" } : {})}
      harmless={losing === 0 && verb !== "cancel"}
      {...(losing > 0 ? { phrase: String(losing) } : {})}
    >
      <p>{words.text(detail)}</p>
      {losing > 0 && (
        <p className="mt-2 font-medium text-bad">
          {formatCount(losing, "desktop")} {losing === 1 ? "loses" : "lose"} data by it. Type the number of desktops, {losing}, to go on.
        </p>
      )}
    </ConfirmDialog>
  );
}
