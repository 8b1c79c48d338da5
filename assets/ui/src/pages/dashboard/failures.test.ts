import { expect, it } from "vitest";
import type { Alert, ScopeRun } from "../../api/types";
import { concerns, groupFailures, whereFailed } from "./failures";

const scope = (account: string, region: string, type: string, code: string) =>
  ({
    account_id: account,
    account_name: account,
    region,
    resource_type: type,
    status: "failed",
    failure: { code, message: "no" },
  }) as ScopeRun;

it("puts one account's listings with one reason together", () => {
  const groups = groupFailures([
    scope("a", "eu-west-1", "workspaces", "AccessDenied"),
    scope("b", "eu-west-1", "workspaces", "AccessDenied"),
    scope("a", "us-east-1", "workspaces", "AccessDenied"),
    scope("a", "us-east-1", "connection_status", "ThrottlingException"),
  ]);
  expect(groups.map((one) => [one.account_id, one.failure?.code, whereFailed(one.scopes)])).toEqual([
    ["a", "AccessDenied", "WorkSpaces in eu-west-1, us-east-1"],
    ["b", "AccessDenied", "WorkSpaces in eu-west-1"],
    ["a", "ThrottlingException", "Connection status in us-east-1"],
  ]);
});

it("makes one entry of one account's alert, failure and what was skipped for it", () => {
  const skipped = { ...scope("a", "us-east-1", "bundles", "x"), status: "skipped", failure: null } as ScopeRun;
  const alert = { id: "1", kind: "credentials", account_id: "a", message: "no" } as Alert;
  const found = concerns([alert], [scope("a", "eu-west-1", "workspaces", "AccessDenied"), skipped]);
  expect(found.map((one) => [one.account_id, one.alerts.length, one.groups.map((group) => group.status)])).toEqual([
    ["a", 1, ["failed"]],
  ]);
  expect(concerns([], [skipped])[0]?.groups).toHaveLength(1);
});
