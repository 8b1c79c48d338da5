// Each action, and in which regions it was allowed or refused.
import { CircleCheck, CircleMinus, CircleX } from "lucide-react";
import type { PermissionTest } from "../../api/types";
import { Failure } from "../../components/Failure";

export function PermissionTable({ permissions }: { permissions: PermissionTest[] }) {
  const actions = [...new Set(permissions.map((one) => one.action))];
  return (
    <ul className="divide-y divide-line rounded-lg border border-line">
      {actions.map((action) => (
        <Action key={action} action={action} tests={permissions.filter((one) => one.action === action)} />
      ))}
    </ul>
  );
}

function Action({ action, tests }: { action: string; tests: PermissionTest[] }) {
  const refused = tests.filter((one) => !one.allowed);
  const optional = tests.every((one) => one.optional);
  const Icon = refused.length === 0 ? CircleCheck : optional ? CircleMinus : CircleX;
  const colour = refused.length === 0 ? "text-good" : optional ? "text-warn" : "text-bad";
  const regions = (some: PermissionTest[]) => some.map((one) => one.region).filter(Boolean).join(", ");
  return (
    <li className="flex gap-3 px-3.5 py-2.5 text-sm">
      <Icon
        aria-label={refused.length === 0 ? "allowed" : "refused"}
        role="img"
        className={`mt-0.5 size-4 shrink-0 ${colour}`}
      />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <code className="font-mono text-[13px] break-all">{action}</code>
          <span className="text-[13px] text-ink-faint">
            {optional && "optional · "}
            {refused.length === 0 ? regions(tests) || "whole account" : `refused${regions(refused) ? ` in ${regions(refused)}` : ""}`}
          </span>
        </p>
        {refused[0]?.failure && <Failure failure={refused[0].failure} />}
      </div>
    </li>
  );
}
