// Every call the pages make, one line each. Nothing else names an address of the API.
import { body, done, http } from "./client";
import type {
  AccountChange,
  ActionSettings,
  DiscoverRequest,
  Feedback,
  NewAccount,
  NewPlan,
  NewReport,
  NewUser,
  NewVerifiedQuery,
  Plan,
  PlanVerb,
  Settings,
  SyncRequest,
  UserChange,
  WhatIf,
} from "./types";

/** Query parameters as they stand in an address: one value, or several alternatives. */
export type Query = Record<string, string | string[] | number | boolean | undefined>;

// The document cannot list `tag.KEY` filters, so lists take a free set of parameters here.
const query = (given: Query) => ({ params: { query: given as never } });
const id = (given: string) => ({ params: { path: { id: given } } });

export const setup = {
  status: () => body(http.GET("/api/v1/setup")),
  redeem: (request: { token: string; username: string; password: string; email?: string }) =>
    body(http.POST("/api/v1/setup", { body: request })),
};

export const session = {
  logIn: (credentials: { username: string; password: string }) =>
    body(http.POST("/api/v1/auth/session", { body: credentials })),
  logOut: () => done(http.DELETE("/api/v1/auth/session")),
};

export const me = {
  get: () => body(http.GET("/api/v1/me")),
  change: (change: {
    email?: string | null;
    display_name?: string | null;
    password?: { current: string; new: string };
  }) => body(http.PATCH("/api/v1/me", { body: change })),
  sessions: () => body(http.GET("/api/v1/me/sessions")),
  endSession: (session: string) => done(http.DELETE("/api/v1/me/sessions/{id}", id(session))),
};

export const users = {
  list: (given: Query) => body(http.GET("/api/v1/users", query(given))),
  get: (user: string) => body(http.GET("/api/v1/users/{id}", id(user))),
  create: (user: NewUser) => body(http.POST("/api/v1/users", { body: user })),
  change: (user: string, change: UserChange) =>
    body(http.PATCH("/api/v1/users/{id}", { ...id(user), body: change })),
  remove: (user: string) => done(http.DELETE("/api/v1/users/{id}", id(user))),
};

export const organizations = {
  list: () => body(http.GET("/api/v1/organizations", query({ limit: 500, sort: "name" }))),
  create: (name: string) => body(http.POST("/api/v1/organizations", { body: { name } })),
  rename: (organization: string, name: string) =>
    body(http.PATCH("/api/v1/organizations/{id}", { ...id(organization), body: { name } })),
  remove: (organization: string) =>
    done(http.DELETE("/api/v1/organizations/{id}", id(organization))),
};

export const accounts = {
  list: (given: Query) => body(http.GET("/api/v1/accounts", query(given))),
  get: (account: string) => body(http.GET("/api/v1/accounts/{id}", id(account))),
  create: (account: NewAccount) => body(http.POST("/api/v1/accounts", { body: account })),
  change: (account: string, change: AccountChange) =>
    body(http.PATCH("/api/v1/accounts/{id}", { ...id(account), body: change })),
  remove: (account: string) => done(http.DELETE("/api/v1/accounts/{id}", id(account))),
  test: (account: string) => body(http.POST("/api/v1/accounts/{id}/test", id(account))),
  policy: (given: Query) => body(http.GET("/api/v1/accounts/policy", query(given))),
  discover: (request: DiscoverRequest) =>
    body(http.POST("/api/v1/accounts/discover", { body: request })),
};

export const inventory = {
  regions: () => body(http.GET("/api/v1/regions")),
  dashboard: (given: Query) => body(http.GET("/api/v1/dashboard", query(given))),
  workspaces: (given: Query) => body(http.GET("/api/v1/workspaces", query(given))),
  facets: (given: Query) => body(http.GET("/api/v1/workspaces/facets", query(given))),
  workspace: (workspace: string) => body(http.GET("/api/v1/workspaces/{id}", id(workspace))),
  directories: (given: Query) => body(http.GET("/api/v1/directories", query(given))),
  bundles: (given: Query) => body(http.GET("/api/v1/bundles", query(given))),
};

/** Where the browser downloads the filtered list; the server streams it. */
export function exportAddress(format: "csv" | "json", filters: URLSearchParams): string {
  const search = new URLSearchParams(filters);
  search.set("format", format);
  return `/api/v1/workspaces/export?${search}`;
}

export const usage = {
  list: (given: Query) => body(http.GET("/api/v1/usage", query(given))),
  heatmap: (given: Query) => body(http.GET("/api/v1/usage/heatmap", query(given))),
  of: (workspace: string, given: Query) =>
    body(
      http.GET("/api/v1/workspaces/{workspace_id}/usage", {
        params: { path: { workspace_id: workspace }, query: given as never },
      }),
    ),
};

export const costs = {
  estimates: (given: Query) => body(http.GET("/api/v1/costs/estimates", query(given))),
  /** What AWS billed, by month. */
  monthly: (given: Query) => body(http.GET("/api/v1/costs/monthly", query(given))),
  meter: (given: Query) => body(http.GET("/api/v1/costs/meter", query(given))),
  prices: () => body(http.GET("/api/v1/prices")),
};

export const advice = {
  list: (given: Query) => body(http.GET("/api/v1/recommendations", query(given))),
  totals: (given: Query) => body(http.GET("/api/v1/recommendations/summary", query(given))),
  refresh: (given: Query) => body(http.POST("/api/v1/recommendations/refresh", query(given))),
  whatIf: (question: WhatIf) => body(http.POST("/api/v1/recommendations/what-if", { body: question })),
  backtest: (given: Query) => body(http.GET("/api/v1/recommendations/backtest", query(given))),
};

/** Where the browser downloads the report that AWS's own Cost Optimizer would write. */
export function parityAddress(filters: URLSearchParams): string {
  return `/api/v1/recommendations/parity?${filters}`;
}

/** Events of CloudTrail. */
export const trail = {
  list: (given: Query) => body(http.GET("/api/v1/events", query(given))),
  get: (event: string) => body(http.GET("/api/v1/events/{event_id}", { params: { path: { event_id: event } } })),
};

const planId = (plan: string) => ({ params: { path: { plan_id: plan } } });
const reportId = (report: string) => ({ params: { path: { report_id: report } } });

const turn: Record<PlanVerb, (plan: string) => Promise<Plan>> = {
  approve: (plan) => body(http.POST("/api/v1/plans/{plan_id}/approve", planId(plan))),
  apply: (plan) => body(http.POST("/api/v1/plans/{plan_id}/apply", planId(plan))),
  stop: (plan) => body(http.POST("/api/v1/plans/{plan_id}/stop", planId(plan))),
  revert: (plan) => body(http.POST("/api/v1/plans/{plan_id}/revert", planId(plan))),
  cancel: (plan) => body(http.POST("/api/v1/plans/{plan_id}/cancel", planId(plan))),
};

export const plans = {
  list: (given: Query) => body(http.GET("/api/v1/plans", query(given))),
  get: (plan: string) => body(http.GET("/api/v1/plans/{plan_id}", planId(plan))),
  create: (plan: NewPlan) => body(http.POST("/api/v1/plans", { body: plan })),
  turn,
};

export const actions = {
  get: (organization: string) => body(http.GET("/api/v1/organizations/{id}/actions", id(organization))),
  save: (organization: string, settings: ActionSettings) =>
    body(http.PUT("/api/v1/organizations/{id}/actions", { ...id(organization), body: settings })),
};

export const reports = {
  list: (given: Query) => body(http.GET("/api/v1/reports", query(given))),
  create: (report: NewReport) => body(http.POST("/api/v1/reports", { body: report })),
  remove: (report: string) => done(http.DELETE("/api/v1/reports/{report_id}", reportId(report))),
};

/** Where the browser downloads a report. */
export const reportAddress = (report: string) => `/api/v1/reports/${encodeURIComponent(report)}/file`;

export const EVENTS_ADDRESS = "/api/v1/sync/stream";

export const sync = {
  trigger: (request: SyncRequest) => body(http.POST("/api/v1/sync/trigger", { body: request })),
  history: (given: Query) => body(http.GET("/api/v1/sync/history", query(given))),
  run: (run: string) =>
    body(http.GET("/api/v1/sync/history/{run_id}", { params: { path: { run_id: run } } })),
};

export const jobs = {
  list: (given: Query) => body(http.GET("/api/v1/jobs", query(given))),
  get: (job: string) => body(http.GET("/api/v1/jobs/{id}", id(job))),
  cancel: (job: string) => body(http.POST("/api/v1/jobs/{id}/cancel", id(job))),
};

/** Where a question is asked; its answer is a stream, which `ask.ts` reads. */
export const ASK_ADDRESS = "/api/v1/ai/query";

export const ai = {
  examples: () => body(http.GET("/api/v1/ai/examples")),
  model: () => body(http.GET("/api/v1/ai/model")),
  questions: (given: Query) => body(http.GET("/api/v1/ai/questions", query(given))),
  judge: (question: string, feedback: Feedback) =>
    body(http.POST("/api/v1/ai/questions/{id}/feedback", { ...id(question), body: { feedback } })),
  cancel: (question: string) => done(http.POST("/api/v1/ai/questions/{id}/cancel", id(question))),
  verified: (given: Query) => body(http.GET("/api/v1/ai/verified", query(given))),
  save: (pair: NewVerifiedQuery) => body(http.POST("/api/v1/ai/verified", { body: pair })),
  removeVerified: (pair: string) => done(http.DELETE("/api/v1/ai/verified/{id}", id(pair))),
  run: (sql: string, limit?: number) =>
    body(http.POST("/api/v1/query", { body: { sql, ...(limit === undefined ? {} : { limit }) } })),
};

export const settings = {
  get: () => body(http.GET("/api/v1/settings")),
  save: (changed: Settings) => body(http.PUT("/api/v1/settings", { body: changed })),
  schedules: () => body(http.GET("/api/v1/schedules")),
};
