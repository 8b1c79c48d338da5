// What the last 24 hours of syncs found different.
import { Link } from "@tanstack/react-router";
import type { Dashboard } from "../../api/types";
import { StateBadge } from "../../components/Badge";
import { Age } from "../../components/Time";
import { formatField, formatNumber } from "../../lib/format";

export function RecentChanges({ changes }: { changes: Dashboard["changed"] }) {
  const sums = [
    ["new", changes.created],
    ["changed", changes.changed],
    ["missing", changes.missing],
    ["deleted", changes.deleted],
  ] as const;
  return (
    <>
      <dl className="grid grid-cols-4 gap-2 px-4 sm:px-5">
        {sums.map(([name, count]) => (
          <div key={name} className="flex flex-col-reverse">
            <dt className="text-[13px] text-ink-faint">{name}</dt>
            <dd className="text-xl font-semibold">{formatNumber(count)}</dd>
          </div>
        ))}
      </dl>
      {changes.newest.length === 0 ? (
        <p className="px-4 py-5 text-sm text-ink-faint sm:px-5">
          No change since <Age at={changes.since} />.
        </p>
      ) : (
        <ul className="mt-3 divide-y lg:max-h-64 lg:overflow-y-auto divide-line border-t border-line">
          {changes.newest.map((change) => (
            <li key={change.workspace_id + change.at + change.change}>
              <Link
                to="/workspaces/$workspaceId"
                params={{ workspaceId: change.workspace_id }}
                className="block px-4 py-2 hover:bg-sunken focus-visible:-outline-offset-2 sm:px-5"
              >
                <span className="flex items-center justify-between gap-2 text-sm">
                  <span className="truncate font-medium">{change.user_name ?? change.workspace_id}</span>
                  <StateBadge state={change.change} />
                </span>
                <span className="flex justify-between gap-3 text-[13px] text-ink-faint">
                  <span className="truncate">
                    {change.fields.length > 0 ? change.fields.map(formatField).join(", ") : change.account_name}
                  </span>
                  <Age at={change.at} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
