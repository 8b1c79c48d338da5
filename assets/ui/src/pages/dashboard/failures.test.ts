import { expect, it } from "vitest";
import type { ScopeRun } from "../../api/types";
import { groupFailures, whereFailed } from "./failures";

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
    ["a", "AccessDenied", "workspaces in eu-west-1, us-east-1"],
    ["b", "AccessDenied", "workspaces in eu-west-1"],
    ["a", "ThrottlingException", "connection status in us-east-1"],
  ]);
});
