// What the person who is logged in may do, so that pages offer only what will work. The server
// decides; this only spares people a refusal.
import { useSuspenseQuery } from "@tanstack/react-query";
import { meQuery } from "../api/queries";
import type { Me, Role } from "../api/types";

const RANK: Record<Role, number> = { viewer: 0, operator: 1, approver: 2, admin: 3 };

export type Ability = "run_sync" | "save_queries" | "make_plans" | "approve_plans" | "manage_accounts" | "manage_members" | "manage_installation";

const LEAST: Record<Exclude<Ability, "manage_installation">, Role> = {
  run_sync: "operator",
  save_queries: "operator",
  make_plans: "operator",
  approve_plans: "approver",
  manage_accounts: "admin",
  manage_members: "admin",
};

/** With an organization: in that one. Without: in at least one. */
export function may(me: Me, ability: Ability, organization?: string): boolean {
  if (me.global_admin) return true;
  if (ability === "manage_installation") return false;
  const least = RANK[LEAST[ability]];
  return me.permissions.some(
    (place) =>
      (organization === undefined || place.organization_id === organization) && RANK[place.role] >= least,
  );
}

export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

export function useMay(ability: Ability, organization?: string): boolean {
  return may(useMe(), ability, organization);
}
