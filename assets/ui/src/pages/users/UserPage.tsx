// One person: who they are, what they may do, whether they may log in.
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { userQuery } from "../../api/queries";
import type { User } from "../../api/types";
import { Badge } from "../../components/Badge";
import { buttonClass } from "../../components/Button";
import { Fact, Facts } from "../../components/Facts";
import { Page } from "../../components/Page";
import { Panel } from "../../components/Panel";
import { Failed, SkeletonPanel } from "../../components/States";
import { Time } from "../../components/Time";
import { useMay, useMe } from "../../state/access";
import { NotAllowed } from "../shell/NotAllowed";
import { UserDanger } from "./UserDanger";
import { UserForm } from "./UserForm";

export function UserPage() {
  if (useMay("manage_members")) return <OneUser />;
  return (
    <NotAllowed title="Users" to="/" back="To the dashboard">
      Admins manage the people who may log in. Your own details are in your profile.
    </NotAllowed>
  );
}

function OneUser() {
  const { userId } = useParams({ strict: false }) as { userId: string };
  const query = useQuery(userQuery(userId));
  const { data } = query;
  return (
    <Page
      title={data ? (data.display_name ?? data.username) : "User"}
      trail={
        <Link to="/users" className="inline-flex items-center gap-1 hover:text-ink">
          <ChevronLeft aria-hidden className="size-3.5" /> All users
        </Link>
      }
      marks={
        data && (
          <>
            {data.global_admin && <Badge tone="accent">Global admin</Badge>}
            {data.disabled && <Badge tone="bad">Disabled</Badge>}
          </>
        )
      }
    >
      {query.isError ? (
        <Panel flush>
          <Failed
            error={query.error}
            onRetry={() => void query.refetch()}
            list={
              <Link to="/users" className={buttonClass("plain", true)}>
                All users
              </Link>
            }
          />
        </Panel>
      ) : data === undefined ? (
        <SkeletonPanel className="h-64" />
      ) : (
        <Content key={data.id} user={data} />
      )}
    </Page>
  );
}

function Content({ user }: { user: User }) {
  const me = useMe();
  return (
    <div className="grid items-start gap-4 lg:grid-cols-3 lg:gap-5">
      <Panel title="Details and roles" className="lg:col-span-2">
        <UserForm user={user} />
      </Panel>
      <div className="grid gap-4 lg:gap-5">
        <Panel title="Activity">
          <Facts columns={1}>
            <Fact name="Username">{user.username}</Fact>
            <Fact name="Added">
              <Time at={user.created_at} />
            </Fact>
            <Fact name="Last login">
              <Time at={user.last_login_at} none="Never" />
            </Fact>
          </Facts>
        </Panel>
        {user.id === me.user.id ? (
          <Panel title="This is you">
            <p className="text-sm text-ink-soft">
              Your password and sessions are in{" "}
              <Link to="/profile" className="text-accent hover:underline">
                your profile
              </Link>
              .
            </p>
          </Panel>
        ) : (
          <UserDanger user={user} />
        )}
      </div>
    </div>
  );
}
