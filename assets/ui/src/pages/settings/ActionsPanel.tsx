// Which clients allow their desktops to be changed from here. Everything is off until somebody allows it.
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { organizationsQuery } from "../../api/queries";
import type { Organization } from "../../api/types";
import { Button } from "../../components/Button";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonRows } from "../../components/States";
import { may, useMe } from "../../state/access";
import { ActionsDialog } from "./ActionsDialog";

export function ActionsPanel() {
  const me = useMe();
  const query = useQuery(organizationsQuery);
  const [editing, setEditing] = useState<Organization>();
  const place = useRef<HTMLDivElement>(null);
  const known = query.data !== undefined;
  // A link to it may come before its rows do.
  useEffect(() => {
    if (known && location.hash === "#actions") place.current?.scrollIntoView();
  }, [known]);
  return (
    <div id="actions" ref={place} className="scroll-mt-16">
      <Panel title="Changes of desktops" aside="off until a client allows them" flush>
        {query.isError ? (
          <Failed error={query.error} onRetry={() => void query.refetch()} />
        ) : query.data === undefined ? (
          <SkeletonRows rows={3} />
        ) : (
          <ul className="divide-y divide-line border-t border-line">
            {query.data.items.map((one) => (
              <li key={one.id} className="flex items-center justify-between gap-3 px-4 py-2 text-sm sm:px-5">
                <span className="min-w-0 truncate font-medium">{one.name}</span>
                <Button small kind="quiet" onClick={() => setEditing(one)}>
                  {may(me, "manage_accounts", one.id) ? "Edit" : "Show"}
                </Button>
              </li>
            ))}
            {query.data.items.length === 0 && (
              <li className="px-5 py-6 text-sm text-ink-faint">There is no client yet. The first comes with the first account.</li>
            )}
          </ul>
        )}
        {editing && (
          <ActionsDialog organization={editing} readOnly={!may(me, "manage_accounts", editing.id)} onClose={() => setEditing(undefined)} />
        )}
      </Panel>
    </div>
  );
}
