// A desktop of the list in a narrow window.
import type { Workspace } from "../../api/types";
import { formatConstant } from "../../lib/format";
import { LastConnected, WorkspaceName, WorkspaceStatus } from "./columns";

export function WorkspaceCard({ row }: { row: Workspace }) {
  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1.5">
      <div className="flex items-start justify-between gap-3">
        <WorkspaceName row={row} />
        <WorkspaceStatus row={row} />
      </div>
      <p className="text-[13px] text-ink-soft">
        {[row.account_name, row.region, row.running_mode && formatConstant(row.running_mode)].filter(Boolean).join(" · ")}
      </p>
      <p className="text-[13px] text-ink-faint">
        Last connected: <LastConnected row={row} />
      </p>
    </div>
  );
}
