// Small pieces that the list of plans and a plan's own page share.
import { Badge } from "../../components/Badge";
import { Age } from "../../components/Time";
import type { Plan, PlanItem } from "../../api/types";
import { toneOf } from "../../lib/tone";
import { useNow } from "../../state/clock";
import { ITEM_STATES, PLAN_STATES, savingWords } from "./standing";

export function PlanBadge({ state }: { state: Plan["state"] }) {
  return (
    <Badge tone={toneOf(state)} dot>
      {PLAN_STATES.find((one) => one.key === state)?.title ?? state}
    </Badge>
  );
}

export function PlanSaving({ saving }: { saving: number | null | undefined }) {
  if (saving == null) return <span className="text-ink-faint">no price</span>;
  return <span className="font-medium whitespace-nowrap">{savingWords(saving)}</span>;
}

export function ItemBadge({ state }: { state: PlanItem["state"] }) {
  return (
    <Badge tone={toneOf(state)} dot>
      {ITEM_STATES[state]}
    </Badge>
  );
}

const SOON_MS = 24 * 3600 * 1000;

/** A plan that waits runs out; that it does so soon is said aloud. */
export function Expiry({ plan }: { plan: Plan }) {
  const soon = Date.parse(plan.expires_at) - useNow() < SOON_MS;
  if (!["draft", "approved"].includes(plan.state)) return <span className="text-ink-faint">—</span>;
  return (
    <span className={soon ? "text-warn" : ""}>
      <Age at={plan.expires_at} />
    </span>
  );
}
