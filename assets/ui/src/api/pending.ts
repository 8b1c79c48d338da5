// Shapes and calls of the API that docs/openapi.json does not describe yet, written by hand after
// src/domain/{billing,trail}.rs. Once `npm run generate` knows them, they go to `types.ts` and
// `endpoints.ts`, and this file goes away.
import { body, http } from "./client";
import type { Query } from "./endpoints";
import type { Page } from "./types";

interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

type Call = (address: string, init?: object) => Promise<Answer>;

const loose = http as unknown as { GET: Call };
const read = <T>(pending: Promise<Answer>) => body(pending as Promise<Answer & { data?: T }>);
const query = (given: Query) => ({ params: { query: given } });
const of = (id: string) => ({ params: { path: { id } } });

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

// A server of before these routes takes this address for its event stream, which never ends.
const soon = () => ({ signal: AbortSignal.timeout(15_000) });

export const trail = {
  list: (given: Query) => read<Page<TrailEvent>>(loose.GET("/api/v1/events", { ...query(given), ...soon() })),
  get: (id: string) => read<EventDetail>(loose.GET("/api/v1/events/{id}", { ...of(id), ...soon() })),
};
