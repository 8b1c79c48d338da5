// The button that starts a sync of what is in view, and then leads to the run.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { RefreshCw } from "lucide-react";
import { sync } from "../../api/endpoints";
import { jobQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { useMay } from "../../state/access";
import { useOrganization } from "../../state/filters";
import { toast, toastError } from "../../state/toasts";

interface SyncNowProps {
  /** Only this account. */
  account?: string;
  title?: string;
  kind?: "primary" | "plain";
  onStarted?: (job: string) => void;
}

export function SyncNow({ account, title = "Sync now", kind = "primary", onStarted }: SyncNowProps) {
  const organization = useOrganization();
  const allowed = useMay("run_sync", organization);
  const navigate = useNavigate();
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () =>
      sync.trigger({
        ...(account ? { account_ids: [account] } : {}),
        ...(organization && !account ? { organization_ids: [organization] } : {}),
      }),
    onSuccess: (job) => {
      client.setQueryData(jobQuery(job.id).queryKey, job);
      void client.invalidateQueries({ queryKey: ["jobs"] });
      toast("info", job.state === "queued" ? "Sync queued" : "Sync started");
      if (onStarted) onStarted(job.id);
      else void navigate({ to: "/sync", search: { run: job.id } });
    },
    onError: (error) => toastError("The sync was not started", error),
  });
  if (!allowed) return null;
  return (
    <Button kind={kind} busy={start.isPending} onClick={() => start.mutate()}>
      {!start.isPending && <RefreshCw aria-hidden />} {title}
    </Button>
  );
}
