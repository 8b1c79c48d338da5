// What can be done with a plan as it stands, and how far it is. Pure.
import type { ItemState, Plan, PlanDetail, PlanItem, PlanVerb } from "../../api/types";
import { isDestructive } from "../../lib/change";
import { formatCount } from "../../lib/format";
import { formatMoney } from "../../lib/money";

export const PLAN_STATES = [
  { key: "draft", title: "Waits for approval" },
  { key: "approved", title: "Approved" },
  { key: "applying", title: "Applying" },
  { key: "stopped", title: "Stopped" },
  { key: "applied", title: "Applied" },
  { key: "partly_applied", title: "Partly applied" },
  { key: "failed", title: "Failed" },
  { key: "cancelled", title: "Cancelled" },
  { key: "expired", title: "Expired" },
] as const;

/** Each step is written down before the next is taken. */
export const ITEM_STATES: Record<ItemState, string> = {
  planned: "Waiting",
  intended: "Asking AWS",
  called: "AWS took it",
  verified: "Done and checked",
  failed: "Failed",
  skipped: "Skipped",
};

const REVERTIBLE = ["running_mode", "compute_type", "tags"];

/** In the order of their buttons; the way on comes last. */
export function verbsOf(plan: Plan, items: PlanItem[]): PlanVerb[] {
  switch (plan.state) {
    case "draft":
      return ["cancel", "approve"];
    case "approved":
    case "stopped":
      return ["cancel", "apply"];
    case "applying":
      return ["stop"];
    case "applied":
    case "partly_applied":
      return items.some((item) => item.state === "verified" && REVERTIBLE.includes(item.change.verb)) ? ["revert"] : [];
    default:
      return [];
  }
}

/** Desktops that lose data by what is not done yet. */
export function endangered(items: PlanItem[]): number {
  const left = items.filter((item) => item.state === "planned" && isDestructive(item.change));
  return new Set(left.map((item) => [item.account_id, item.region, item.workspace_id].join("/"))).size;
}

export const endedItems = (plan: Plan) => plan.items_verified + plan.items_failed + plan.items_skipped;

/** `3 of 8 done, 1 failed`. */
export function progressWords(plan: Plan): string {
  return [
    `${plan.items_verified} of ${plan.items} done`,
    plan.items_failed > 0 && `${plan.items_failed} failed`,
    plan.items_skipped > 0 && `${plan.items_skipped} skipped`,
  ]
    .filter(Boolean)
    .join(", ");
}

/** What is missing before it can be applied. */
export function approvalWords(plan: Plan): string {
  const given = plan.approvals.map((one) => one.approver).join(" and ");
  const missing = plan.approvals_needed - plan.approvals.length;
  if (plan.state === "draft" && missing > 0) {
    return given ? `Approved by ${given}; ${formatCount(missing, "more person", "more people")} needed` : `${formatCount(missing, "person", "people")} needed`;
  }
  return given ? `Approved by ${given}` : "Not approved";
}

export function savingWords(saving: number | null | undefined): string {
  if (saving == null) return "No price";
  return saving < 0 ? `${formatMoney(-saving)} more` : formatMoney(saving);
}

/** `at list prices; 2 of 8 have no price`. */
export function pricedWords({ plan, items }: PlanDetail): string {
  const without = items.filter((item) => item.saving == null).length;
  if (plan.saving == null) return "the price book has none for these changes";
  return without > 0 ? `at list prices; ${without} of ${items.length} have no price` : "at list prices";
}
