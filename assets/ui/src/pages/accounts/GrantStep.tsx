// The second step: the role in the client's account, ready to paste.
import { useQuery } from "@tanstack/react-query";
import { accountQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { Notice } from "../../components/Notice";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { PolicyTabs } from "./PolicyTabs";

export function GrantStep({ accountId, onNext }: { accountId: string; onNext: () => void }) {
  const query = useQuery(accountQuery(accountId));
  if (query.isError) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <SkeletonPanel />;
  const account = query.data;
  return (
    <Panel title={account.role_arn ? `Create the role in ${account.name}` : `Allow reading in ${account.name}`}>
      <div className="flex flex-col gap-4">
        {account.role_arn ? (
          <p className="text-sm text-ink-soft">
            Deploy one of these in account <code className="font-mono">{account.id}</code>. It allows reading WorkSpaces and
            nothing else, and only with this account&apos;s external id.
          </p>
        ) : (
          <Notice kind="info" title="No role is assumed">
            The server&apos;s own credentials need the permissions of the policy below.
          </Notice>
        )}
        <PolicyTabs account={account} />
        <div className="flex justify-end">
          <Button kind="primary" onClick={onNext}>
            It is in place, test it
          </Button>
        </div>
      </div>
    </Panel>
  );
}
