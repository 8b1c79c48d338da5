// Adds a person, with a first password and roles.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { users } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import type { MembershipChange } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog, DialogActions } from "../../components/Dialog";
import { CheckField, TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { MIN_PASSWORD, passwordProblem } from "../../lib/password";
import { useMe } from "../../state/access";
import { toast } from "../../state/toasts";
import { RoleList } from "./RoleList";

const PLACED = ["username", "email", "display_name", "password"];

export function AddUserDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Add a user">
      <AddUserForm onClose={onClose} />
    </Dialog>
  );
}

function AddUserForm({ onClose }: { onClose: () => void }) {
  const me = useMe();
  const client = useQueryClient();
  const [form, setForm] = useState({ username: "", display_name: "", email: "", password: "" });
  const [globalAdmin, setGlobalAdmin] = useState(false);
  const [memberships, setMemberships] = useState<MembershipChange[]>([]);
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      users.create({
        username: form.username.trim(),
        password: form.password,
        global_admin: globalAdmin,
        memberships: globalAdmin ? [] : memberships,
        ...(form.display_name.trim() ? { display_name: form.display_name.trim() } : {}),
        ...(form.email.trim() ? { email: form.email.trim() } : {}),
      }),
    onSuccess: (user) => {
      void client.invalidateQueries({ queryKey: ["users"] });
      toast("good", `${user.username} was added`, "Give them the password in a safe way.");
      onClose();
    },
  });
  const problem = create.isError ? asApiError(create.error) : undefined;
  const weak = passwordProblem(form.password);
  const field = (name: keyof typeof form) => ({
    value: form[name],
    error: problem?.field(name),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => setForm({ ...form, [name]: event.target.value }),
  });
  const password = field("password");
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!weak) create.mutate();
      }}
    >
      {problem && <ProblemNotice error={problem} placed={PLACED} />}
      <TextField label="Username" required autoComplete="off" autoCapitalize="none" spellCheck={false} {...field("username")} />
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label="Name" optional autoComplete="off" {...field("display_name")} />
        <TextField label="Email" optional type="email" autoComplete="off" {...field("email")} />
      </div>
      <TextField
        label="First password"
        type="password"
        required
        autoComplete="new-password"
        hint={`At least ${MIN_PASSWORD} characters; they can change it in their profile`}
        {...password}
        error={password.error ?? (tried ? weak : undefined)}
      />
      {me.global_admin && (
        <CheckField
          label="Global admin"
          hint="May do everything, in every organization"
          checked={globalAdmin}
          onChange={(event) => setGlobalAdmin(event.target.checked)}
        />
      )}
      {!globalAdmin && <RoleList memberships={memberships} onChange={setMemberships} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={create.isPending}>
          Add user
        </Button>
      </DialogActions>
    </form>
  );
}
