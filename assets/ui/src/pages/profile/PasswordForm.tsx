// A new password, against the current one.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { me as mine } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { sessionsQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { MIN_PASSWORD, passwordProblem } from "../../lib/password";
import { toast } from "../../state/toasts";

export function PasswordForm() {
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const weak = passwordProblem(next);
  const change = useMutation({
    mutationFn: () => mine.change({ password: { current, new: next } }),
    onSuccess: () => {
      setCurrent("");
      setNext("");
      setTried(false);
      // The other sessions have ended with the old password.
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      toast("good", "Your password was changed");
    },
  });
  const problem = change.isError ? asApiError(change.error) : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!weak) change.mutate();
      }}
    >
      {problem && <ProblemNotice error={problem} placed={["password.current", "password"]} />}
      <TextField
        label="Current password"
        type="password"
        required
        autoComplete="current-password"
        value={current}
        error={problem?.field("password.current")}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <TextField
        label="New password"
        type="password"
        required
        autoComplete="new-password"
        hint={`At least ${MIN_PASSWORD} characters`}
        value={next}
        error={(tried ? weak : undefined) ?? problem?.field("password")}
        onChange={(event) => setNext(event.target.value)}
      />
      <div className="flex justify-end">
        <Button type="submit" kind="primary" busy={change.isPending}>
          Change password
        </Button>
      </div>
    </form>
  );
}
