import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { jobQuery, meQuery, syncRunQuery } from "../api/queries";
import type { Job, Me, ScopeRun, SyncRunDetail } from "../api/types";
import { apply, withScope } from "./live";

const scope = (region: string, seen: number): ScopeRun => ({
  run_id: "run-1",
  account_id: "111122223333",
  account_name: "Acme",
  organization_id: "o",
  region,
  resource_type: "workspaces",
  status: "running",
  counts: {
    calls_made: 1,
    rows_seen: seen,
    rows_new: 0,
    rows_changed: 0,
    rows_missing: 0,
    rows_deleted: 0,
    versions_written: 0,
  },
});

const detail = (scopes: ScopeRun[]) => ({ run: { id: "run-1" }, scopes }) as unknown as SyncRunDetail;

it("replaces the scope that moved on and adds one that is new", () => {
  const before = detail([scope("eu-west-1", 25), scope("us-east-1", 0)]);
  const after = withScope(withScope(before, scope("eu-west-1", 50)), scope("eu-central-1", 5));
  expect(after.scopes.map((one) => [one.region, one.counts.rows_seen])).toEqual([
    ["eu-west-1", 50],
    ["us-east-1", 0],
    ["eu-central-1", 5],
  ]);
});

it("puts events where pages read them", () => {
  const client = new QueryClient();
  const stale = vi.fn();
  client.setQueryData(syncRunQuery("run-1").queryKey, detail([]));
  client.setQueryData(meQuery.queryKey, { read_only: null } as Me);

  apply(client, { type: "sync_scope", data: scope("eu-west-1", 75) }, stale);
  expect(client.getQueryData(syncRunQuery("run-1").queryKey)?.scopes).toHaveLength(1);
  expect(stale).not.toHaveBeenCalled();

  apply(client, { type: "job", data: { id: "run-1", state: "succeeded" } as Job }, stale);
  expect(client.getQueryData(jobQuery("run-1").queryKey)?.state).toBe("succeeded");
  expect(stale.mock.calls.flat()).toEqual(["jobs", "sync_history"]);

  apply(client, { type: "database", data: { writable: false, reason: "disk full" } }, stale);
  expect(client.getQueryData(meQuery.queryKey)?.read_only).toEqual({ reason: "disk full" });
  apply(client, { type: "database", data: { writable: true, reason: null } }, stale);
  expect(client.getQueryData(meQuery.queryKey)?.read_only).toBeNull();
});
