// Where no page is, and where one broke.
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { Button, buttonClass } from "../../components/Button";
import { ProblemNotice } from "../../components/Notice";
import { Empty } from "../../components/States";

export function NotFoundPage() {
  return (
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
