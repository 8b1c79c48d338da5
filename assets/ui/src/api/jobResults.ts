// What ended jobs leave in `result`. The document leaves that field open, since it differs by kind
// of job, so these few shapes are written by hand after the domain's.
import type { AwsFailure } from "./types";

/** The result of `account_test`. */
export interface AccountTest {
  account_id: string;
  passed: boolean;
  caller_arn?: string | null;
  /** Absent or null where there is no external id to leave out. */
  assumable_without_external_id?: boolean | null;
  permissions: PermissionTest[];
  warnings: string[];
}

export interface PermissionTest {
  action: string;
  region?: string | null;
  allowed: boolean;
  optional: boolean;
  failure?: AwsFailure | null;
}

/** The result of `account_discover`. */
export interface DiscoverResult {
  accounts: DiscoveredAccount[];
}

export interface DiscoveredAccount {
  id: string;
  name: string;
  email?: string | null;
  status: string;
  known: boolean;
  added: boolean;
  skipped?: string | null;
}
