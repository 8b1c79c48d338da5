// Name and email, changed by their owner.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { me as mine } from "../../api/endpoints";
import { asApiError } from "../../api/problem";
import { meQuery } from "../../api/queries";
import type { User } from "../../api/types";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { ProblemNotice } from "../../components/Notice";
import { toast } from "../../state/toasts";

export function DetailsForm({ user }: { user: User }) {
  const client = useQueryClient();
  const [name, setName] = useState(user.display_name ?? "");
  const [email, setEmail] = useState(user.email ?? "");
  const save = useMutation({
    mutationFn: () => mine.change({ display_name: name.trim(), email: email.trim() }),
    onSuccess: (changed) => {
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, user: changed });
      void client.invalidateQueries({ queryKey: ["users"] });
      toast("good", "Saved");
    },
  });
  const problem = save.isError ? asApiError(save.error) : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {problem && <ProblemNotice error={problem} placed={["display_name", "email"]} />}
      <TextField
        label="Name"
        optional
        autoComplete="name"
        value={name}
        error={problem?.field("display_name")}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label="Email"
        optional
        type="email"
        autoComplete="email"
        value={email}
        error={problem?.field("email")}
        onChange={(event) => setEmail(event.target.value)}
      />
      <div className="flex justify-end">
        <Button type="submit" kind="primary" busy={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
