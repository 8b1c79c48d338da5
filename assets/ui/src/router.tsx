// Every page and its address, on one page. Pages are fetched when first opened.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type SearchMiddleware,
} from "@tanstack/react-router";
import { ApiError, asApiError } from "./api/problem";
import { meQuery, setupQuery } from "./api/queries";
import { parseSearch, stringifySearch, type Search } from "./lib/address";
import { NotFoundPage, RouteErrorPage } from "./pages/shell/ErrorPages";
import { PagePending } from "./pages/shell/PagePending";
import { Shell } from "./pages/shell/Shell";
import { leaveEndedSession } from "./state/session";

const isLoggedOut = (error: unknown) => error instanceof ApiError && error.status === 401;

/** A session that ended while the page was open: log in again, and come back here. */
function onError(error: unknown): void {
  if (!isLoggedOut(error) || asApiError(error).code === "invalid_credentials") return;
  void leaveEndedSession(router, queryClient);
}

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // Only what may go better the second time.
      retry: (count, error) => count < 2 && (asApiError(error).status === 0 || asApiError(error).status >= 500),
    },
  },
});

const rootRoute = createRootRoute({
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
  notFoundComponent: NotFoundPage,
  errorComponent: RouteErrorPage,
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  component: lazyRouteComponent(() => import("./pages/auth/SetupPage"), "SetupPage"),
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  beforeLoad: async () => {
    const status = await queryClient.ensureQueryData(setupQuery);
    if (status.needed) throw redirect({ to: "/setup" });
  },
  component: lazyRouteComponent(() => import("./pages/auth/LoginPage"), "LoginPage"),
});

/** The chosen organization goes along from page to page, unless a link says otherwise. */
const keepOrganization: SearchMiddleware<Search> = ({ search, next }) => {
  const result = next(search);
  return "org" in result || search.org === undefined ? result : { ...result, org: search.org };
};

/** Everything behind the login. */
const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  search: { middlewares: [keepOrganization] },
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (!isLoggedOut(error)) throw error;
      const ended = asApiError(error).code === "session_expired" ? { ended: "1" } : {};
      const next = location.href === "/" ? {} : { next: location.href };
      throw redirect({ to: "/login", search: { ...next, ...ended } });
    }
  },
  component: Shell,
});

const page = <Path extends string>(path: Path, component: ReturnType<typeof lazyRouteComponent>) =>
  createRoute({ getParentRoute: () => appRoute, path, component });

const routes = rootRoute.addChildren([
  setupRoute,
  loginRoute,
  appRoute.addChildren([
    page("/", lazyRouteComponent(() => import("./pages/dashboard/DashboardPage"), "DashboardPage")),
    page("/ask", lazyRouteComponent(() => import("./pages/ask/AskPage"), "AskPage")),
    page("/workspaces", lazyRouteComponent(() => import("./pages/workspaces/WorkspacesPage"), "WorkspacesPage")),
    page("/workspaces/$workspaceId", lazyRouteComponent(() => import("./pages/workspaces/WorkspacePage"), "WorkspacePage")),
    page("/optimizer", lazyRouteComponent(() => import("./pages/optimizer/OptimizerPage"), "OptimizerPage")),
    page("/costs", lazyRouteComponent(() => import("./pages/costs/CostsPage"), "CostsPage")),
    page("/usage", lazyRouteComponent(() => import("./pages/usage/UsagePage"), "UsagePage")),
    page("/plans", lazyRouteComponent(() => import("./pages/plans/PlansPage"), "PlansPage")),
    page("/plans/$planId", lazyRouteComponent(() => import("./pages/plans/PlanPage"), "PlanPage")),
    page("/activity", lazyRouteComponent(() => import("./pages/activity/ActivityPage"), "ActivityPage")),
    page("/reports", lazyRouteComponent(() => import("./pages/reports/ReportsPage"), "ReportsPage")),
    page("/accounts", lazyRouteComponent(() => import("./pages/accounts/AccountsPage"), "AccountsPage")),
    page("/accounts/new", lazyRouteComponent(() => import("./pages/accounts/AddAccountPage"), "AddAccountPage")),
    page("/accounts/$accountId", lazyRouteComponent(() => import("./pages/accounts/AccountPage"), "AccountPage")),
    page("/sync", lazyRouteComponent(() => import("./pages/sync/SyncPage"), "SyncPage")),
    page("/sync/$runId", lazyRouteComponent(() => import("./pages/sync/SyncRunPage"), "SyncRunPage")),
    page("/directories", lazyRouteComponent(() => import("./pages/directories/DirectoriesPage"), "DirectoriesPage")),
    page("/bundles", lazyRouteComponent(() => import("./pages/bundles/BundlesPage"), "BundlesPage")),
    page("/users", lazyRouteComponent(() => import("./pages/users/UsersPage"), "UsersPage")),
    page("/users/$userId", lazyRouteComponent(() => import("./pages/users/UserPage"), "UserPage")),
    page("/settings", lazyRouteComponent(() => import("./pages/settings/SettingsPage"), "SettingsPage")),
    page("/profile", lazyRouteComponent(() => import("./pages/profile/ProfilePage"), "ProfilePage")),
  ]),
]);

export const router = createRouter({
  routeTree: routes,
  parseSearch,
  stringifySearch,
  defaultPendingComponent: PagePending,
  defaultErrorComponent: RouteErrorPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
