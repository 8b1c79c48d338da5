// Listings that failed, so that some rows of an answer may be older than the rest.
import type { FailingScope } from "../../api/types";
import { Notice } from "../../components/Notice";
import { Age } from "../../components/Time";
import { formatCount, formatListing, idOnce } from "../../lib/format";

export function FailingScopes({ scopes }: { scopes: FailingScope[] }) {
  if (scopes.length === 0) return null;
  return (
    <Notice kind="warn" title={`${formatCount(scopes.length, "listing")} failed last time: some rows may be older`}>
      <details>
        <summary className="text-[13px] text-ink-soft">Which</summary>
        <ul className="mt-1.5 flex flex-col gap-1.5 text-[13px]">
          {scopes.map((scope) => (
            <li key={[scope.account_id, scope.region, scope.resource_type].join("/")} className="break-words">
              <span className="font-medium">
                {formatListing(scope.resource_type)} of {scope.account_name} in {scope.region}
              </span>
              , last complete <Age at={scope.last_complete_at} none="never" />
              <span className="block text-ink-soft">{idOnce(scope.error)}</span>
            </li>
          ))}
        </ul>
      </details>
    </Notice>
  );
}
