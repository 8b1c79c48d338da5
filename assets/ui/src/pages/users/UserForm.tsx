// What an admin may change about a person.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { users } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { userQuery } from "../../api/queries";
import type { MembershipChange, User } from "../../api/types";
import { Button } from "../../components/Button";
import { CheckField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { MIN_PASSWORD, passwordProblem } from "../../lib/password";
import { useMe } from "../../state/access";
import { toast } from "../../state/toasts";
import { RoleList } from "./RoleList";

const PLACED = ["display_name", "email", "password"];

const rolesOf = (user: User): MembershipChange[] =>
  user.memberships.map(({ organization_id, role }) => ({ organization_id, role }));

export function UserForm({ user }: { user: User }) {
  const me = useMe();
  const client = useQueryClient();
  const [name, setName] = useState(user.display_name ?? "");
  const [email, setEmail] = useState(user.email ?? "");
  const [password, setPassword] = useState("");
  const [globalAdmin, setGlobalAdmin] = useState(user.global_admin);
  const [memberships, setMemberships] = useState(rolesOf(user));
  const [tried, setTried] = useState(false);
  const weak = password === "" ? undefined : passwordProblem(password);
  const save = useMutation({
    mutationFn: () =>
      users.change(user.id, {
        display_name: name.trim(),
        email: email.trim(),
        memberships: globalAdmin ? rolesOf(user) : memberships,
        ...(me.global_admin && globalAdmin !== user.global_admin ? { global_admin: globalAdmin } : {}),
        ...(password ? { password } : {}),
      }),
    onSuccess: (changed) => {
      client.setQueryData(userQuery(user.id).queryKey, changed);
      void client.invalidateQueries({ queryKey: ["users"] });
      setPassword("");
      toast("good", "Saved");
    },
  });
  const problem = save.isError ? asApiError(save.error) : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!weak) save.mutate();
      }}
    >
      {problem && <ProblemNotice error={problem} placed={PLACED} />}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          optional
          value={name}
          error={problem?.field("display_name")}
          onChange={(event) => setName(event.target.value)}
        />
        <TextField
          label="Email"
          optional
          type="email"
          value={email}
          error={problem?.field("email")}
          onChange={(event) => setEmail(event.target.value)}
        />
      </div>
      {user.id !== me.user.id && (
        <TextField
          label="New password"
          optional
          type="password"
          autoComplete="new-password"
          hint={`Leave empty to keep it. At least ${MIN_PASSWORD} characters.`}
          value={password}
          error={problem?.field("password") ?? (tried ? weak : undefined)}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      {me.global_admin && (
        <CheckField
          label="Global admin"
          hint="May do everything, in every organization"
          checked={globalAdmin}
          disabled={user.id === me.user.id}
          onChange={(event) => setGlobalAdmin(event.target.checked)}
        />
      )}
      {!globalAdmin && <RoleList memberships={memberships} onChange={setMemberships} />}
      <div className="flex justify-end">
        <Button type="submit" kind="primary" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
