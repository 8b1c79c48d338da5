// A role for each organization, or none.
import { useQuery } from "@tanstack/react-query";
import { organizationsQuery } from "../../api/queries";
import type { MembershipChange, Role } from "../../api/types";
import { controlClass } from "../../components/Field";
import { useMe } from "../../state/access";

const ROLES: { key: Role; title: string; meaning: string }[] = [
  { key: "viewer", title: "Viewer", meaning: "sees everything, changes nothing" },
  { key: "operator", title: "Operator", meaning: "also runs syncs and tests" },
  { key: "approver", title: "Approver", meaning: "has an operator's rights today" },
  { key: "admin", title: "Admin", meaning: "also manages accounts and users" },
];

interface RoleListProps {
  memberships: MembershipChange[];
  onChange: (memberships: MembershipChange[]) => void;
}

export function RoleList({ memberships, onChange }: RoleListProps) {
  const me = useMe();
  const { data } = useQuery(organizationsQuery);
  const organizations = (data?.items ?? []).filter(
    (one) => me.global_admin || me.permissions.some((place) => place.organization_id === one.id && place.role === "admin"),
  );
  const set = (organization: string, role: string) => {
    const others = memberships.filter((one) => one.organization_id !== organization);
    onChange(role === "" ? others : [...others, { organization_id: organization, role: role as Role }]);
  };
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">Roles</legend>
      <ul className="max-h-72 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {organizations.map((one) => (
          <li key={one.id} className="flex items-center justify-between gap-3 px-3 py-1.5 text-sm">
            <span className="min-w-0 truncate">{one.name}</span>
            <select
              aria-label={`Role in ${one.name}`}
              className={`${controlClass} w-36! shrink-0`}
              value={memberships.find((place) => place.organization_id === one.id)?.role ?? ""}
              onChange={(event) => set(one.id, event.target.value)}
            >
              <option value="">No access</option>
              {ROLES.map((role) => (
                <option key={role.key} value={role.key}>
                  {role.title}
                </option>
              ))}
            </select>
          </li>
        ))}
        {organizations.length === 0 && <li className="px-3 py-2.5 text-sm text-ink-faint">There is no organization yet.</li>}
      </ul>
      <p className="mt-1.5 text-[13px] text-ink-faint">
        {ROLES.map((role) => `${role.title} ${role.meaning}`).join("; ")}.
      </p>
    </fieldset>
  );
}
