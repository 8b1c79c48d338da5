// Ends a person's access: for now, or for good.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { users } from "../../api/endpoints";
import { userQuery } from "../../api/queries";
import type { User } from "../../api/types";
import { Button } from "../../components/Button";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { Panel } from "../../components/Panel";
import { toast, toastError } from "../../state/toasts";

export function UserDanger({ user }: { user: User }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [removing, setRemoving] = useState(false);
  const disable = useMutation({
    mutationFn: () => users.change(user.id, { disabled: !user.disabled }),
    onSuccess: (changed) => {
      client.setQueryData(userQuery(user.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["users"] });
      toast("good", changed.disabled ? `${user.username} is logged out everywhere` : `${user.username} may log in again`);
    },
    onError: (error) => toastError("Nothing was changed", error),
  });
  const remove = useMutation({
    mutationFn: () => users.remove(user.id),
    onSuccess: async () => {
      await navigate({ to: "/users" });
      void client.invalidateQueries({ queryKey: ["users"] });
      toast("good", `${user.username} was removed`);
    },
  });
  return (
    <Panel title="Access">
      <p className="text-sm text-ink-soft">
        {user.disabled
          ? "This person cannot log in."
          : "Disabling ends every session of this person at once. Their history stays."}
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <Button busy={disable.isPending} onClick={() => disable.mutate()}>
          {user.disabled ? "Enable" : "Disable"}
        </Button>
        <Button kind="quiet" className="text-bad!" onClick={() => setRemoving(true)}>
          Remove
        </Button>
      </div>
      <ConfirmDialog
        open={removing}
        onClose={() => setRemoving(false)}
        onConfirm={() => remove.mutate()}
        title={`Remove ${user.username}?`}
        phrase={user.username}
        action="Remove the user"
        busy={remove.isPending}
        error={remove.isError ? remove.error : undefined}
      >
        What this person did stays in the audit log.
      </ConfirmDialog>
    </Panel>
  );
}
