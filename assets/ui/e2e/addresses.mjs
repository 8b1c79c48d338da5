// Every page and what can be opened on it by its address: what the gates and the snapshots visit.
import { server } from "./browser.mjs";

/**
 * `path` is the route as src/router.tsx has it; `address` where it is opened, from what the estate
 * holds. Without an address there is nothing of the kind to show.
 */
export const PAGES = [
  { name: "dashboard", path: "/", address: () => "/" },
  { name: "ask", path: "/ask", address: () => "/ask" },
  { name: "workspaces", path: "/workspaces", address: () => "/workspaces" },
  { name: "workspaces-filtered", path: "/workspaces", address: () => "/workspaces?state=STOPPED&running_mode=AUTO_STOP" },
  { name: "workspaces-none", path: "/workspaces", address: () => "/workspaces?q=nobody-is-called-so" },
  { name: "workspace", path: "/workspaces/$workspaceId", address: ({ desktop }) => `/workspaces/${desktop}` },
  { name: "workspace-usage", path: "/workspaces/$workspaceId", address: ({ desktop }) => `/workspaces/${desktop}?view=usage` },
  { name: "optimizer", path: "/optimizer", address: () => "/optimizer" },
  { name: "optimizer-evidence", path: "/optimizer", address: ({ advice }) => advice && `/optimizer?open=${advice}` },
  { name: "costs", path: "/costs", address: () => "/costs" },
  { name: "usage", path: "/usage", address: () => "/usage" },
  { name: "plans", path: "/plans", address: () => "/plans" },
  { name: "plan", path: "/plans/$planId", address: ({ plan }) => `/plans/${plan}` },
  { name: "activity", path: "/activity", address: () => "/activity" },
  { name: "activity-event", path: "/activity", address: ({ event }) => event && `/activity?open=${event}` },
  { name: "reports", path: "/reports", address: () => "/reports" },
  { name: "accounts", path: "/accounts", address: () => "/accounts" },
  { name: "account", path: "/accounts/$accountId", address: ({ account }) => `/accounts/${account}` },
  { name: "account-new", path: "/accounts/new", address: () => "/accounts/new" },
  { name: "sync", path: "/sync", address: () => "/sync" },
  { name: "sync-run", path: "/sync/$runId", address: ({ run }) => `/sync/${run}` },
  { name: "directories", path: "/directories", address: () => "/directories" },
  { name: "bundles", path: "/bundles", address: () => "/bundles" },
  { name: "users", path: "/users", address: () => "/users" },
  { name: "user", path: "/users/$userId", address: ({ user }) => `/users/${user}` },
  { name: "settings", path: "/settings", address: () => "/settings" },
  { name: "profile", path: "/profile", address: () => "/profile" },
  { name: "not-found", path: "*", address: () => "/no/such/page" },
  // Last: whoever visits it has to be logged out.
  { name: "login", path: "/login", address: () => "/login", anonymous: true },
];

/** Pages that a server shows only before its first admin is there: the tests of the set-up visit them. */
export const ELSEWHERE = ["/setup"];

/** One of each thing that has a page of its own, read as the logged-in person of `context`. */
export async function findSamples(context) {
  const read = async (path) => {
    const answer = await context.request.get(server.url + path);
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()}`);
    return answer.json();
  };
  const first = async (path) => (await read(path)).items[0];
  const advice = await first("/api/v1/recommendations?limit=1");
  return {
    // One with advice has hours and a history as well.
    desktop: advice?.workspace_id ?? (await first("/api/v1/workspaces?limit=1"))?.workspace_id,
    advice: advice?.id,
    event: (await first("/api/v1/events?limit=1"))?.event_id,
    account: (await first("/api/v1/accounts?limit=1&sort=name"))?.id,
    run: (await first("/api/v1/sync/history?limit=1"))?.id,
    user: (await first("/api/v1/users?limit=1"))?.id,
    plan: await samplePlan(context, first),
  };
}

/** A draft of one desktop to stop, made where no plan is there yet. */
async function samplePlan(context, first) {
  const known = await first("/api/v1/plans?limit=1");
  if (known) return known.id;
  const desktop = await first("/api/v1/workspaces?state=AVAILABLE&limit=1");
  const answer = await context.request.post(`${server.url}/api/v1/plans`, {
    headers: { "x-stocktake-csrf": "1" },
    data: { title: "Stop for the night", changes: [{ workspace_id: desktop.workspace_id, change: { verb: "stop" } }] },
  });
  if (!answer.ok()) throw new Error(`no plan can be made: ${await answer.text()}`);
  return (await answer.json()).id;
}
