// Where no page is, and where one broke.
import { useQuery } from "@tanstack/react-query";
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { setupQuery } from "../../api/queries";
import { Button, buttonClass } from "../../components/Button";
import { ProblemNotice } from "../../components/Notice";
import { Empty } from "../../components/States";
import { DemoBanner } from "./Banners";

export function NotFoundPage() {
  const { data } = useQuery(setupQuery);
  return (
    <>
      {data?.demo && <DemoBanner />}
      <main className="grid min-h-[70dvh] place-items-center">
        <Empty
          icon={Compass}
          title="There is no such page"
          action={
            <Link to="/" className={buttonClass("primary")}>
              To the dashboard
            </Link>
          }
        >
          The address may be mistyped, or what it named was removed.
        </Empty>
      </main>
    </>
  );
}

export function RouteErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  return (
    <main className="mx-auto w-full max-w-xl px-4 py-16">
      <ProblemNotice
        error={error}
        action={
          <Button
            small
            onClick={() => {
              reset();
              void router.invalidate();
            }}
          >
            Try again
          </Button>
        }
      />
    </main>
  );
}
