import { QueryClient } from "@tanstack/react-query";
import type { AnyRouter } from "@tanstack/react-router";
import { expect, it, vi } from "vitest";
import { meQuery, setupQuery } from "../api/queries";
import type { Me } from "../api/types";
import { leaveEndedSession } from "./session";

function at(href: string) {
  const navigate = vi.fn(() => Promise.resolve());
  const router = { state: { location: { pathname: href.split("?")[0], href } }, navigate } as unknown as AnyRouter;
  const client = new QueryClient();
  client.setQueryData(meQuery.queryKey, { version: "1" } as Me);
  client.setQueryData(["workspaces", "list"], []);
  client.setQueryData(setupQuery.queryKey, { needed: false, demo: false, insecure_http: false } as never);
  return { navigate, router, client };
}

it("leads to the login with the way back, and forgets what was read", async () => {
  const { navigate, router, client } = at("/workspaces?state=ERROR");
  await leaveEndedSession(router, client);
  expect(navigate).toHaveBeenCalledWith({
    to: "/login",
    search: { next: "/workspaces?state=ERROR", ended: "1" },
    replace: true,
  });
  expect(client.getQueryCache().getAll().map((query) => query.queryKey[0])).toEqual(["setup"]);
});

it("stays where no session is needed", async () => {
  const { navigate, router, client } = at("/login?next=%2F");
  await leaveEndedSession(router, client);
  expect(navigate).not.toHaveBeenCalled();
});
