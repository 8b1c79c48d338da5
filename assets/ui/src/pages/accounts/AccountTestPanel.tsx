// Tries every permission an account needs, as a job, and shows the answers as AWS gave them.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleX, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { accounts } from "../../api/endpoints";
import { isOver, jobQuery, jobsQuery } from "../../api/queries";
import type { AccountTest } from "../../api/types";
import type { Job } from "../../api/types";
import { Button } from "../../components/Button";
import { Meter } from "../../components/Meter";
import { Notice } from "../../components/Notice";
import { Panel } from "../../components/Panel";
import { Age } from "../../components/Time";
import { formatCount } from "../../lib/format";
import { useMay } from "../../state/access";
import { toastError } from "../../state/toasts";
import { PermissionTable } from "./PermissionTable";

export function AccountTestPanel({ accountId }: { accountId: string }) {
  const client = useQueryClient();
  const allowed = useMay("run_sync");
  const [started, setStarted] = useState<string>();
  // The newest test of this account, also when somebody else ran it.
  const earlier = useQuery(jobsQuery({ kind: "account_test", limit: 100 }));
  const last = earlier.data?.items.find((job) => job.payload.kind === "account_test" && job.payload.account_id === accountId);
  const id = started ?? last?.id;
  const job = useQuery({ ...jobQuery(id ?? ""), enabled: id !== undefined });
  const start = useMutation({
    mutationFn: () => accounts.test(accountId),
    onSuccess: (queued) => {
      client.setQueryData(jobQuery(queued.id).queryKey, queued);
      setStarted(queued.id);
    },
    onError: (error) => toastError("The test was not started", error),
  });
  const running = job.data !== undefined && !isOver(job.data.state);
  return (
    <Panel
      title="Permissions"
      aside={
        allowed && (
          <Button small busy={start.isPending || running} onClick={() => start.mutate()}>
            <ShieldCheck aria-hidden /> {job.data ? "Test again" : "Test now"}
          </Button>
        )
      }
    >
      {job.data ? (
        <Outcome job={job.data} />
      ) : (
        <p className="text-sm text-ink-soft">
          The test assumes the role and calls each needed action once per region. It also proves that the role cannot be assumed
          without its external id.
        </p>
      )}
    </Panel>
  );
}

function Outcome({ job }: { job: Job }) {
  if (!isOver(job.state)) {
    return (
      <div aria-live="polite">
        <p className="mb-2 text-sm text-ink-soft">{job.progress.message || "Waiting for a worker"}</p>
        <Meter done={job.progress.done} total={job.progress.total} label="Test progress" />
      </div>
    );
  }
  const test = job.result as AccountTest | null | undefined;
  if (!test) {
    return (
      <Notice kind="bad" title={job.state === "cancelled" ? "The test was stopped" : "The test could not be run"}>
        {job.error}
      </Notice>
    );
  }
  const missing = test.permissions.filter((one) => !one.allowed && !one.optional).length;
  const Icon = test.passed ? CircleCheck : CircleX;
  return (
    <div className="flex flex-col gap-4">
      <div className="flex items-start gap-3 text-sm">
        <Icon aria-hidden className={test.passed ? "mt-0.5 size-5 text-good" : "mt-0.5 size-5 text-bad"} />
        <div className="min-w-0">
          <p className="font-medium">
            {test.passed
              ? "Everything needed is allowed"
              : missing > 0
                ? `${formatCount(missing, "needed permission")} missing`
                : "The account cannot be read"}
          </p>
          <p className="break-all text-ink-faint">
            {test.caller_arn ?? "AWS did not say who we are"} · tested <Age at={job.finished_at} />
          </p>
        </div>
      </div>
      {test.assumable_without_external_id === true && (
        <Notice kind="warn" title="The role can be assumed without the external id">
          Anyone who knows its ARN and can act in our account could use it. Add the condition of the template to its trust policy.
        </Notice>
      )}
      {test.warnings.map((warning) => (
        <Notice key={warning} kind="warn" title={warning} />
      ))}
      {job.error && <Notice kind="bad" title={job.error} />}
      <PermissionTable permissions={test.permissions} />
    </div>
  );
}
