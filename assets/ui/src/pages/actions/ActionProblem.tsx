// Why a change of desktops was refused, in the server's words, and where what is missing can be put right.
import { Link } from "@tanstack/react-router";
import { asApiError } from "../../api/problem";
import { buttonClass } from "../../components/Button";
import { ProblemNotice } from "../../components/Notice";

export function ActionProblem({ error, placed }: { error: unknown; placed?: readonly string[] }) {
  const { code } = asApiError(error);
  const way =
    code === "actions_disabled" ? (
      <Link to="/settings" hash="actions" className={buttonClass("plain", true)}>
        Settings of changes
      </Link>
    ) : code === "write_role_missing" ? (
      <Link to="/accounts" className={buttonClass("plain", true)}>
        Accounts and their role templates
      </Link>
    ) : code === "plan_overlap" ? (
      <Link to="/plans" className={buttonClass("plain", true)}>
        Open plans
      </Link>
    ) : undefined;
  return <ProblemNotice error={error} action={way} {...(placed ? { placed } : {})} />;
}
