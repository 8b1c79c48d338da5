// The person who is logged in: details, password, sessions.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { me as mine } from "../../api/endpoints";
import { sessionsQuery } from "../../api/queries";
import type { SessionView } from "../../api/types";
import { Badge } from "../../components/Badge";
import { Button } from "../../components/Button";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonRows } from "../../components/States";
import { Age } from "../../components/Time";
import { browserName } from "../../lib/browser";
import { useMe } from "../../state/access";
import { toast, toastError } from "../../state/toasts";
import { DetailsForm } from "./DetailsForm";
import { PasswordForm } from "./PasswordForm";

export function ProfilePage() {
  const me = useMe();
  return (
    <Page title="Profile" lead={`Logged in as ${me.user.username}`}>
      <div className="grid items-start gap-4 lg:grid-cols-2 lg:gap-5">
        <div className="grid gap-4 lg:gap-5">
          <Panel title="Details">
            <DetailsForm user={me.user} />
          </Panel>
          <Panel title="Password">
            <PasswordForm />
          </Panel>
        </div>
        <Sessions />
      </div>
    </Page>
  );
}

function Sessions() {
  const query = useQuery(sessionsQuery);
  return (
    <Panel title="Sessions" aside="where you are logged in" flush>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data === undefined ? (
        <SkeletonRows rows={2} />
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {query.data.map((session) => (
            <SessionLine key={session.id} session={session} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function SessionLine({ session }: { session: SessionView }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => mine.endSession(session.id),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      toast("good", "That session has ended");
    },
    onError: (error) => toastError("The session goes on", error),
  });
  return (
    <li className="flex items-center justify-between gap-4 px-4 py-3 text-sm sm:px-5">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          <span title={session.user_agent ?? undefined}>{browserName(session.user_agent)}</span>
          {session.current && <Badge tone="accent">This one</Badge>}
        </p>
        <p className="text-[13px] text-ink-faint">
          {session.client_ip ? `${session.client_ip} · ` : ""}used <Age at={session.last_seen_at} /> · ends{" "}
          <Age at={session.expires_at} />
        </p>
      </div>
      {!session.current && (
        <Button small busy={end.isPending} onClick={() => end.mutate()}>
          End
        </Button>
      )}
    </li>
  );
}
