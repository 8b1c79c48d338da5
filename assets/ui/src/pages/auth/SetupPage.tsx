// Whoever holds a one-time link makes the first global admin, or gets back in as one. The token
// stands behind `#`, which browsers do not send to servers.
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { setup } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { setupQuery } from "../../api/queries";
import { Button, buttonClass } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Notice, ProblemNotice } from "../../components/Notice";
import { recovers } from "../../lib/setupToken";
import { MIN_PASSWORD, passwordProblem } from "../../lib/password";
import { useSetupToken } from "../../state/setupToken";
import { toast } from "../../state/toasts";
import { AuthFrame } from "./AuthFrame";

export function SetupPage() {
  const token = useSetupToken();
  const { data: status } = useSuspenseQuery(setupQuery);
  if (!status.needed && !recovers(token)) {
    return (
      <AuthFrame title="Already set up" lead="The first admin exists. Log in with that account.">
        <Link to="/login" className={`${buttonClass("primary")} w-full`}>
          Log in
        </Link>
      </AuthFrame>
    );
  }
  if (token === undefined) {
    return (
      <AuthFrame title="Set-up needs its link" lead="The server printed a one-time link when it started. Open that one.">
        <p className="text-sm text-ink-soft">
          It is good for 30 minutes. For a new one, run this on the server:
        </p>
        <pre className="mt-2 rounded-lg bg-sunken px-3 py-2 font-mono text-[13px]">stocktake setup-link</pre>
      </AuthFrame>
    );
  }
  return <SetupForm key={token} token={token} insecure={status.insecure_http} />;
}

function SetupForm({ token, insecure }: { token: string; insecure: boolean }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [form, setForm] = useState({ username: "admin", email: "", password: "", again: "" });
  const [tried, setTried] = useState(false);
  const redeem = useMutation({
    mutationFn: setup.redeem,
    onSuccess: async () => {
      client.clear();
      if (recovers(token)) toast("good", "You are back in");
      else toast("good", "stocktake is ready", "Add your first AWS account next.");
      await navigate({ to: "/", search: {}, replace: true });
    },
  });
  const recovery = recovers(token);
  const problem = redeem.isError ? asApiError(redeem.error) : undefined;
  const weak = passwordProblem(form.password);
  const different = form.again !== form.password ? "The two passwords differ" : undefined;
  const set = (name: keyof typeof form) => (event: React.ChangeEvent<HTMLInputElement>) =>
    setForm({ ...form, [name]: event.target.value });
  return (
    <AuthFrame
      title={recovery ? "Get back in" : "Welcome to stocktake"}
      lead={
        recovery
          ? "Name yourself: an existing user gets this password and becomes a global admin."
          : "Make the first account. It may do everything, in every organization."
      }
      notice={insecure && <Notice kind="warn" title="This connection is not encrypted" />}
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (weak ?? different) return;
          redeem.mutate({
            token,
            username: form.username.trim(),
            password: form.password,
            ...(form.email.trim() ? { email: form.email.trim() } : {}),
          });
        }}
      >
        {problem && <ProblemNotice error={problem} placed={["username", "email", "password"]} />}
        <TextField
          label="Username"
          autoComplete="username"
          autoCapitalize="none"
          required
          value={form.username}
          onChange={set("username")}
          error={problem?.field("username")}
        />
        <TextField
          label="Email"
          type="email"
          optional
          autoComplete="email"
          value={form.email}
          onChange={set("email")}
          error={problem?.field("email")}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          required
          hint={`At least ${MIN_PASSWORD} characters`}
          value={form.password}
          onChange={set("password")}
          error={problem?.field("password") ?? (tried ? weak : undefined)}
        />
        <TextField
          label="Password again"
          type="password"
          autoComplete="new-password"
          required
          value={form.again}
          onChange={set("again")}
          error={tried && !weak ? different : undefined}
        />
        <Button type="submit" kind="primary" busy={redeem.isPending}>
          {recovery ? "Set the password" : "Create the account"}
        </Button>
      </form>
    </AuthFrame>
  );
}
