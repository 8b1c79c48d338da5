// Removes an account and what is known of it, once its id has been typed.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { accounts } from "../../api/endpoints";
import type { Account } from "../../api/types";
import { ConfirmDialog } from "../../components/ConfirmDialog";
import { formatCount } from "../../lib/format";
import { toast } from "../../state/toasts";

interface RemoveAccountDialogProps {
  account: Account;
  open: boolean;
  onClose: () => void;
}

export function RemoveAccountDialog({ account, open, onClose }: RemoveAccountDialogProps) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => accounts.remove(account.id),
    onSuccess: async () => {
      await navigate({ to: "/accounts" });
      toast("good", `${account.name} was removed`);
      client.removeQueries({ queryKey: ["accounts", "detail", account.id] });
      for (const name of ["accounts", "workspaces", "organizations"]) void client.invalidateQueries({ queryKey: [name] });
    },
  });
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      onConfirm={() => remove.mutate()}
      title={`Remove ${account.name}?`}
      phrase={account.id}
      action="Remove the account"
      busy={remove.isPending}
      error={remove.isError ? remove.error : undefined}
    >
      {formatCount(account.workspaces, "WorkSpace")} and their history leave this inventory and cannot be brought back. Nothing
      changes in AWS; delete the role there yourself.
    </ConfirmDialog>
  );
}
