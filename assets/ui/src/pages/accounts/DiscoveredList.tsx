// What the AWS Organization holds, and what became of each.
import { Badge } from "../../components/Badge";
import type { DiscoveredAccount } from "../../api/types";
import { formatConstant, formatCount } from "../../lib/format";

export function DiscoveredList({ accounts }: { accounts: DiscoveredAccount[] }) {
  return (
    <section aria-label="Accounts found">
      <p className="mb-2 text-sm font-medium">{formatCount(accounts.length, "account")} found</p>
      <ul className="max-h-80 divide-y divide-line overflow-y-auto rounded-lg border border-line">
        {accounts.map((one) => (
          <li key={one.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3.5 py-2.5 text-sm">
            <span className="min-w-0">
              <span className="block font-medium">{one.name}</span>
              <span className="font-mono text-[13px] text-ink-faint">{one.id}</span>
            </span>
            <Outcome account={one} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Outcome({ account }: { account: DiscoveredAccount }) {
  if (account.added) return <Badge tone="good">Added</Badge>;
  if (account.known) return <Badge tone="idle">Already here</Badge>;
  if (account.skipped) return <span className="text-[13px] text-warn">{account.skipped}</span>;
  if (account.status !== "ACTIVE") return <Badge tone="warn">{formatConstant(account.status)}</Badge>;
  return <Badge tone="info">New</Badge>;
}
