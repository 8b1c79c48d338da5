// Onboarding in three steps: what and where, the role in the client's account, proof that it works.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import clsx from "clsx";
import { Check, ChevronLeft } from "lucide-react";
import { Page } from "../../components/Page";
import { value, type Search } from "../../lib/address";
import { useMay } from "../../state/access";
import { NotAllowed } from "../shell/NotAllowed";
import { AccountForm } from "./AccountForm";
import { GrantStep } from "./GrantStep";
import { ProveStep } from "./ProveStep";

const STEPS = ["Account", "Role", "Test"];

export function AddAccountPage() {
  if (useMay("manage_accounts")) return <Onboarding />;
  return (
    <NotAllowed title="Add an account" to="/accounts" back="To the accounts">
      An admin of your organization can add accounts.
    </NotAllowed>
  );
}

function Onboarding() {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const account = value(search, "account");
  const step = account === undefined ? 0 : value(search, "step") === "test" ? 2 : 1;
  const go = (next: Search) => void navigate({ to: "/accounts/new", search: next });
  return (
    <Page
      title="Add an account"
      trail={
        <Link to="/accounts" className="inline-flex items-center gap-1 hover:text-ink">
          <ChevronLeft aria-hidden className="size-3.5" /> All accounts
        </Link>
      }
    >
      <div className="max-w-3xl">
        <Steps at={step} />
        {step === 0 && <AccountForm onCreated={(created) => go({ account: created.id })} />}
        {step === 1 && account && <GrantStep accountId={account} onNext={() => go({ account, step: "test" })} />}
        {step === 2 && account && <ProveStep accountId={account} onBack={() => go({ account })} />}
      </div>
    </Page>
  );
}

function Steps({ at }: { at: number }) {
  return (
    <ol className="mb-5 flex items-center gap-2 text-sm sm:gap-3">
      {STEPS.map((name, index) => (
        <li key={name} aria-current={index === at ? "step" : undefined} className="flex items-center gap-2 sm:gap-3">
          {index > 0 && <span aria-hidden className="h-px w-5 bg-line-strong sm:w-10" />}
          <span
            className={clsx(
              "grid size-6 place-items-center rounded-full text-xs font-semibold",
              index < at && "bg-accent-soft text-accent",
              index === at && "bg-accent text-on-accent",
              index > at && "bg-idle-soft text-ink-faint",
            )}
          >
            {index < at ? <Check aria-label="done" className="size-3.5" /> : index + 1}
          </span>
          <span className={index === at ? "font-medium" : "text-ink-faint"}>{name}</span>
        </li>
      ))}
    </ol>
  );
}
