// What each page reads, with the keys under which answers are kept. The first part of a key is
// the name the event stream uses when those rows change.
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import * as api from "./endpoints";
import type { Query } from "./endpoints";
import type { Page } from "./types";

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: api.setup.status,
  staleTime: 60_000,
});

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: api.me.get,
  staleTime: 5 * 60_000,
});

export const sessionsQuery = queryOptions({ queryKey: ["me", "sessions"], queryFn: api.me.sessions });

export const organizationsQuery = queryOptions({
  queryKey: ["organizations"],
  queryFn: api.organizations.list,
});

export const regionsQuery = queryOptions({
  queryKey: ["regions"],
  queryFn: api.inventory.regions,
  staleTime: Infinity,
});

/** A list read page by page: each page's cursor comes from the one before. */
function pagedQuery<T>(key: readonly unknown[], given: Query, read: (query: Query) => Promise<Page<T>>) {
  return infiniteQueryOptions({
    queryKey: [...key, given] as const,
    queryFn: ({ pageParam }) => read(pageParam === null ? given : { ...given, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    placeholderData: keepPreviousData,
  });
}

export const dashboardQuery = (given: Query) =>
  queryOptions({
    queryKey: ["workspaces", "dashboard", given],
    queryFn: () => api.inventory.dashboard(given),
  });

export const workspacesQuery = (given: Query) =>
  pagedQuery(["workspaces", "list"], given, api.inventory.workspaces);

export const facetsQuery = (given: Query) =>
  queryOptions({
    queryKey: ["workspaces", "facets", given],
    queryFn: () => api.inventory.facets(given),
    placeholderData: keepPreviousData,
  });

export const workspaceQuery = (id: string) =>
  queryOptions({ queryKey: ["workspaces", "detail", id], queryFn: () => api.inventory.workspace(id) });

export const directoriesQuery = (given: Query) =>
  pagedQuery(["workspaces", "directories"], given, api.inventory.directories);

export const bundlesQuery = (given: Query) =>
  pagedQuery(["workspaces", "bundles"], given, api.inventory.bundles);

export const accountsQuery = (given: Query) => pagedQuery(["accounts", "list"], given, api.accounts.list);

export const accountQuery = (id: string) =>
  queryOptions({ queryKey: ["accounts", "detail", id], queryFn: () => api.accounts.get(id) });

export const policyQuery = (given: Query) =>
  queryOptions({
    queryKey: ["policy", given],
    queryFn: () => api.accounts.policy(given),
    placeholderData: keepPreviousData,
  });

export const usersQuery = (given: Query) => pagedQuery(["users", "list"], given, api.users.list);

export const userQuery = (id: string) =>
  queryOptions({ queryKey: ["users", "detail", id], queryFn: () => api.users.get(id) });

export const syncHistoryQuery = (given: Query) =>
  pagedQuery(["sync_history", "list"], given, api.sync.history);

export const syncRunQuery = (id: string) =>
  queryOptions({ queryKey: ["sync_history", "run", id], queryFn: () => api.sync.run(id) });

export const jobsQuery = (given: Query) =>
  queryOptions({ queryKey: ["jobs", "list", given], queryFn: () => api.jobs.list(given) });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ["jobs", "detail", id],
    queryFn: () => api.jobs.get(id),
    // Events bring news sooner; this is for pages that lost them.
    refetchInterval: (query) => (isOver(query.state.data?.state) ? false : 3000),
  });

export function isOver(state: string | undefined): boolean {
  return state !== undefined && state !== "queued" && state !== "running";
}

export const examplesQuery = queryOptions({
  queryKey: ["questions", "examples"],
  queryFn: api.ai.examples,
  staleTime: Infinity,
});

export const modelQuery = queryOptions({
  queryKey: ["model"],
  queryFn: api.ai.model,
  // No event tells of it. A model that loads is ready soon.
  refetchInterval: (query) => (query.state.data?.state === "loading" ? 2000 : 30_000),
});

export const questionsQuery = pagedQuery(["questions", "list"], { limit: 30 }, api.ai.questions);

export const verifiedQuery = pagedQuery(["verified_queries"], { limit: 100 }, api.ai.verified);

export const settingsQuery = queryOptions({ queryKey: ["settings"], queryFn: api.settings.get });

export const schedulesQuery = queryOptions({
  queryKey: ["settings", "schedules"],
  queryFn: api.settings.schedules,
});

export const adviceQuery = (given: Query) => pagedQuery(["recommendations", "list"], given, api.advice.list);

export const adviceTotalsQuery = (given: Query) =>
  queryOptions({
    queryKey: ["recommendations", "totals", given],
    queryFn: () => api.advice.totals(given),
    placeholderData: keepPreviousData,
  });

export const backtestQuery = (given: Query) =>
  queryOptions({
    queryKey: ["recommendations", "backtest", given],
    queryFn: () => api.advice.backtest(given),
    // It replays the whole history, and closed months stay as they are.
    staleTime: 10 * 60_000,
  });

export const usageQuery = (given: Query) => pagedQuery(["usage", "list"], given, api.usage.list);

export const heatmapQuery = (given: Query) =>
  queryOptions({
    queryKey: ["usage", "heatmap", given],
    queryFn: () => api.usage.heatmap(given),
    placeholderData: keepPreviousData,
  });

export const workspaceUsageQuery = (workspace: string) =>
  queryOptions({ queryKey: ["usage", "desktop", workspace], queryFn: () => api.usage.of(workspace, {}) });

export const estimatesQuery = (given: Query) =>
  queryOptions({
    queryKey: ["estimates", given],
    queryFn: () => api.costs.estimates(given),
    placeholderData: keepPreviousData,
  });

export const pricesQuery = queryOptions({ queryKey: ["prices"], queryFn: api.costs.prices });

export const plansQuery = (given: Query) => pagedQuery(["plans", "list"], given, api.plans.list);

export const planQuery = (id: string) =>
  queryOptions({
    queryKey: ["plans", "detail", id],
    queryFn: () => api.plans.get(id),
    // Events bring news sooner; this is for pages that lost them.
    refetchInterval: (query) => (query.state.data?.plan.state === "applying" ? 3000 : false),
  });

export const actionsQuery = (organization: string) =>
  queryOptions({ queryKey: ["organizations", "actions", organization], queryFn: () => api.actions.get(organization) });

export const monthlyCostsQuery = (given: Query) =>
  queryOptions({
    queryKey: ["costs", "monthly", given],
    queryFn: () => api.costs.monthly(given),
    placeholderData: keepPreviousData,
  });

export const costMeterQuery = (given: Query) =>
  queryOptions({ queryKey: ["costs", "meter", given], queryFn: () => api.costs.meter(given) });

export const eventsQuery = (given: Query) => pagedQuery(["events", "list"], given, api.trail.list);

export const eventQuery = (id: string) =>
  queryOptions({ queryKey: ["events", "detail", id], queryFn: () => api.trail.get(id), staleTime: Infinity });

export const reportsQuery = (given: Query) => pagedQuery(["reports", "list"], given, api.reports.list);
