// Shapes and calls of the API that docs/openapi.json does not describe yet, written by hand after
// src/domain/{plan,billing,trail,report}.rs. Once `npm run generate` knows them, they go to `types.ts` and
// `endpoints.ts`, and this file goes away.
import { body, done, http } from "./client";
import type { Query } from "./endpoints";
import type { Change, Page } from "./types";

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

type Call = (address: string, init?: object) => Promise<Answer>;

const loose = http as unknown as { GET: Call; POST: Call; PUT: Call; DELETE: Call };
const read = <T>(pending: Promise<Answer>) => body(pending as Promise<Answer & { data?: T }>);
const query = (given: Query) => ({ params: { query: given } });

// Plans

export interface Before {
  state?: string | null;
  running_mode?: string | null;
  auto_stop_timeout_minutes?: number | null;
  compute_type?: string | null;
  tags: Record<string, string>;
}

export type PlanState =
  | "draft"
  | "approved"
  | "applying"
  | "stopped"
  | "applied"
  | "partly_applied"
  | "failed"
  | "cancelled"
  | "expired";

export type ItemState = "planned" | "intended" | "called" | "verified" | "failed" | "skipped";

export interface Plan {
  id: string;
  organization_id: string;
  organization_name: string;
  title: string;
  reason?: string | null;
  state: PlanState;
  created_by: string;
  created_at: string;
  expires_at: string;
  approvals_needed: number;
  approvals: { approver: string; at: string }[];
  items: number;
  items_verified: number;
  items_failed: number;
  items_skipped: number;
  saving?: number | null;
  job_id?: string | null;
  applied_at?: string | null;
  finished_at?: string | null;
  reverts?: string | null;
}

export interface PlanItem {
  position: number;
  account_id: string;
  region: string;
  workspace_id: string;
  user_name?: string | null;
  change: Change;
  before: Before;
  saving?: number | null;
  recommendation_id?: string | null;
  state: ItemState;
  intended_at?: string | null;
  called_at?: string | null;
  verified_at?: string | null;
  request_id?: string | null;
  error_code?: string | null;
  error_message?: string | null;
  note?: string | null;
}

export interface PlanDetail {
  plan: Plan;
  items: PlanItem[];
}

export interface NewPlan {
  title: string;
  reason?: string | null;
  recommendation_ids?: string[];
  changes?: { workspace_id: string; change: Change }[];
}

export interface Blackout {
  weekdays: number[];
  from: string;
  to: string;
  time_zone: string;
}

export interface ActionSettings {
  actions_enabled: boolean;
  terminate_enabled: boolean;
  blackout: Blackout[];
}

export interface Actions extends ActionSettings {
  accounts_without_role: string[];
  may_plan: boolean;
  may_approve: boolean;
}

export type PlanVerb = "approve" | "apply" | "stop" | "revert" | "cancel";

const of = (id: string) => ({ params: { path: { id } } });

export const plans = {
  list: (given: Query) => read<Page<Plan>>(loose.GET("/api/v1/plans", query(given))),
  get: (id: string) => read<PlanDetail>(loose.GET("/api/v1/plans/{id}", of(id))),
  create: (plan: NewPlan) => read<Plan>(loose.POST("/api/v1/plans", { body: plan })),
  turn: (id: string, verb: PlanVerb) => read<Plan>(loose.POST(`/api/v1/plans/{id}/${verb}`, of(id))),
};

export const actions = {
  get: (organization: string) => read<Actions>(loose.GET("/api/v1/organizations/{id}/actions", of(organization))),
  save: (organization: string, settings: ActionSettings) =>
    read<ActionSettings>(loose.PUT("/api/v1/organizations/{id}/actions", { ...of(organization), body: settings })),
};

// Bills

export type CostGroup = "organization" | "account" | "service" | "usage_type";

export interface MonthlyCost {
  month: string;
  key: string;
  name: string;
  amount: number;
  workspaces_amount: number;
  estimated: boolean;
}

export interface MonthlyTotal {
  month: string;
  amount: number;
  workspaces_amount: number;
  by_desktop_amount: number;
  estimated: boolean;
  days: number;
}

export interface MonthlyCosts {
  from: string;
  to: string;
  group_by: CostGroup;
  rows: MonthlyCost[];
  totals: MonthlyTotal[];
  as_of?: string | null;
}

export interface AccountMeter {
  account_id: string;
  account_name: string;
  organization_id: string;
  organization_name: string;
  service: string;
  requests: number;
  requests_today: number;
  amount: number;
}

export interface CostMeter {
  month: string;
  requests_per_day: number;
  accounts: AccountMeter[];
  total: number;
}

export const bills = {
  monthly: (given: Query) => read<MonthlyCosts>(loose.GET("/api/v1/costs/monthly", query(given))),
  meter: (given: Query) => read<CostMeter>(loose.GET("/api/v1/costs/meter", query(given))),
};

// Events of CloudTrail

export interface TrailEvent {
  event_id: string;
  event_time: string;
  event_name: string;
  event_source: string;
  read_only: boolean;
  user_name?: string | null;
  user_arn?: string | null;
  source_ip?: string | null;
  user_agent?: string | null;
  error_code?: string | null;
  error_message?: string | null;
  request_parameters?: unknown;
  workspace_ids: string[];
  account_id: string;
  account_name: string;
  organization_id: string;
  organization_name: string;
  region: string;
}

export interface EventDetail extends TrailEvent {
  record: unknown;
}

export const trail = {
  list: (given: Query) => read<Page<TrailEvent>>(loose.GET("/api/v1/events", query(given))),
  get: (id: string) => read<EventDetail>(loose.GET("/api/v1/events/{id}", of(id))),
};

// Reports

export type ReportType = "monthly" | "inventory" | "usage" | "cost" | "savings" | "activity" | "sync_health";
export type ReportFormat = "csv" | "json" | "xlsx" | "pdf";

export type ReportStatus = "waiting" | "running" | "ready" | "failed" | "expired";

export interface Report {
  id: string;
  organization_id?: string | null;
  organization_name?: string | null;
  report_type: string;
  format: ReportFormat;
  period_from: string;
  period_to: string;
  status: ReportStatus;
  file_bytes?: number | null;
  checksum?: string | null;
  created_by: string;
  created_at: string;
  finished_at?: string | null;
  error?: string | null;
  job_id?: string | null;
}

export interface NewReport {
  report_type: ReportType;
  format: ReportFormat;
  organization_id?: string;
  from?: string;
  to?: string;
}

export const reports = {
  list: (given: Query) => read<Page<Report>>(loose.GET("/api/v1/reports", query(given))),
  create: (report: NewReport) => read<Report>(loose.POST("/api/v1/reports", { body: report })),
  remove: (id: string) => done(loose.DELETE("/api/v1/reports/{id}", of(id))),
};

/** Where the browser downloads a report. */
export const reportAddress = (id: string) => `/api/v1/reports/${encodeURIComponent(id)}/file`;
