// The end of a session while a page is open: to the login, and back here after it.
import type { QueryClient } from "@tanstack/react-query";
import type { AnyRouter } from "@tanstack/react-router";

/** Pages that need no session. */
const OPEN = ["/login", "/setup"];

export async function leaveEndedSession(router: AnyRouter, client: QueryClient): Promise<void> {
  const { pathname, href } = router.state.location;
  if (OPEN.includes(pathname)) return;
  await router.navigate({ to: "/login", search: { next: href, ended: "1" }, replace: true });
  // Nothing of what that person could see may stay. The login page still shows what it read.
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== "setup" });
  client.getMutationCache().clear();
}
