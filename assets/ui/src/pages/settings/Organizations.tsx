// The clients: add, rename, remove.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { organizations as api } from "../../api/endpoints";
import { organizationsQuery } from "../../api/queries";
import type { Organization } from "../../api/types";
import { Button, IconButton } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonRows } from "../../components/States";
import { formatCount } from "../../lib/format";
import { useMay } from "../../state/access";
import { toast } from "../../state/toasts";
import { OrganizationDialog } from "./OrganizationDialog";

export function Organizations() {
  const query = useQuery(organizationsQuery);
  const mayChange = useMay("manage_installation");
  const [editing, setEditing] = useState<Organization | "new">();
  const [removing, setRemoving] = useState<Organization>();
  return (
    <Panel
      title="Organizations"
      aside={
        mayChange && (
          <Button small onClick={() => setEditing("new")}>
            Add organization
          </Button>
        )
      }
      flush
    >
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <SkeletonRows rows={3} />
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {query.data.items.map((one) => (
            <li key={one.id} className="flex items-center justify-between gap-3 px-4 py-2.5 text-sm sm:px-5">
              <span className="min-w-0">
                <span className="block truncate font-medium">{one.name}</span>
                <span className="text-[13px] text-ink-faint">
                  {formatCount(one.accounts, "account")} · {formatCount(one.workspaces, "WorkSpace")}
                </span>
              </span>
              {mayChange && (
                <span className="flex">
                  <IconButton label={`Rename ${one.name}`} onClick={() => setEditing(one)}>
                    <Pencil />
                  </IconButton>
                  <IconButton label={`Remove ${one.name}`} onClick={() => setRemoving(one)}>
                    <Trash2 />
                  </IconButton>
                </span>
              )}
            </li>
          ))}
          {query.data.items.length === 0 && (
            <li className="px-5 py-6 text-sm text-ink-faint">One organization per client. The first comes with the first account.</li>
          )}
        </ul>
      )}
      {editing && <OrganizationDialog organization={editing === "new" ? undefined : editing} onClose={() => setEditing(undefined)} />}
      {removing && <RemoveOrganization organization={removing} onClose={() => setRemoving(undefined)} />}
    </Panel>
  );
}

function RemoveOrganization({ organization, onClose }: { organization: Organization; onClose: () => void }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => api.remove(organization.id),
    onSuccess: () => {
      void client.invalidateQueries();
      toast("good", `${organization.name} was removed`);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      onConfirm={() => remove.mutate()}
      title={`Remove ${organization.name}?`}
      phrase={organization.name}
      action="Remove the organization"
      busy={remove.isPending}
      error={remove.isError ? remove.error : undefined}
    >
      Its {formatCount(organization.accounts, "account")} and what is known of them leave this inventory with it.
    </ConfirmDialog>
  );
}
