// Makes plans one after the other, tells of them, and leads to them.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { plans } from "../../api/endpoints";
import type { NewPlan, Plan } from "../../api/types";
import { toast } from "../../state/toasts";

export function useMakePlans() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (wanted: NewPlan[]): Promise<Plan[]> => {
    const made: Plan[] = [];
    try {
      for (const one of wanted) made.push(await plans.create(one));
    } finally {
      // Where a later one was refused, the earlier ones exist.
      void client.invalidateQueries({ queryKey: ["plans"] });
      if (made.length > 0 && made.length < wanted.length) {
        toast("info", `${made.length} of ${wanted.length} plans were made`, made.map((plan) => plan.organization_name).join(", "));
      }
    }
    toast("good", made.length === 1 ? "The plan was made" : `${made.length} plans were made`, "Nothing changes before a plan is approved and applied.");
    const [first] = made;
    if (made.length === 1 && first) void navigate({ to: "/plans/$planId", params: { planId: first.id } });
    else void navigate({ to: "/plans" });
    return made;
  };
}
