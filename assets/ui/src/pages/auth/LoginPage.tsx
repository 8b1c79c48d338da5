// Log in, and go on to where the person was heading.
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { session } from "../../api/endpoints";
import { meQuery, setupQuery } from "../../api/queries";
import { Button } from "../../components/Button";
import { TextField } from "../../components/Field";
import { Notice, ProblemNotice } from "../../components/Notice";
import { value, type Search } from "../../lib/address";
import { ownAddress } from "../../lib/ownAddress";
import { AuthFrame } from "./AuthFrame";

export function LoginPage() {
  const search: Search = useSearch({ strict: false });
  const { data: status } = useSuspenseQuery(setupQuery);
  const router = useRouter();
  const client = useQueryClient();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const logIn = useMutation({
    mutationFn: session.logIn,
    onSuccess: (me) => {
      // Nothing of whoever was logged in before may stay.
      client.clear();
      client.setQueryData(meQuery.queryKey, me);
      router.history.push(ownAddress(value(search, "next")));
    },
    onError: () => setPassword(""),
  });
  return (
    <AuthFrame
      title="Log in"
      notice={
        <>
          {value(search, "ended") !== undefined && (
            <Notice kind="info" title="Your session has ended">
              Log in to go on where you were.
            </Notice>
          )}
          {status.demo && (
            <Notice kind="info" title="This is a demo">
              The username and password were printed where the demo was started.
            </Notice>
          )}
          {status.insecure_http && (
            <Notice kind="warn" title="This connection is not encrypted">
              Others on the network could read the password.
            </Notice>
          )}
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          logIn.mutate({ username: username.trim(), password });
        }}
      >
        {logIn.isError && <ProblemNotice error={logIn.error} />}
        <TextField
          label="Username"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          // The one thing to do on this page.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
        <TextField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Button type="submit" kind="primary" busy={logIn.isPending} className="mt-1">
          Log in
        </Button>
      </form>
    </AuthFrame>
  );
}
