// The third step: try every permission, then take stock for the first time.
import { Link } from "@tanstack/react-router";
import { Button, buttonClass } from "../../components/Button";
import { Panel } from "../../components/Panel";
import { SyncNow } from "../sync/SyncNow";
import { AccountTestPanel } from "./AccountTestPanel";

export function ProveStep({ accountId, onBack }: { accountId: string; onBack: () => void }) {
  return (
    <div className="grid gap-4">
      <AccountTestPanel accountId={accountId} />
      <Panel>
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Button onClick={onBack}>Back to the role</Button>
          <span className="flex flex-wrap gap-2">
            <Link to="/accounts/$accountId" params={{ accountId }} search={{}} className={buttonClass()}>
              Later
            </Link>
            <SyncNow account={accountId} title="Sync this account" />
          </span>
        </div>
      </Panel>
    </div>
  );
}
