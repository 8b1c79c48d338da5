import { expect, it } from "vitest";
import type { Backtest, Recommendation } from "../../api/types";
import { byOrganization } from "../../lib/clients";
import { backtestWords } from "./backtest";
import { adviceFilters, desktopOf, isFiltered } from "./filters";
import { repeated, savingOf } from "./planning";

const row = (organization: string, workspace: string, saving: number | null) =>
  ({
    organization_id: organization,
    organization_name: organization,
    account_id: "1",
    region: "eu-west-1",
    workspace_id: workspace,
    user_name: null,
    saving,
  }) as Recommendation;

it("asks for the largest saving first, narrowed as the address says", () => {
  expect(adviceFilters({})).toEqual({ sort: "-saving" });
  expect(adviceFilters({ org: "o", kind: ["idle", "timeout"], open: "x", sort: "kind" })).toEqual({
    sort: "kind",
    kind: ["idle", "timeout"],
    organization_id: "o",
  });
  expect([isFiltered({ org: "o" }), isFiltered({ kind: "idle" })]).toEqual([false, true]);
});

it("finds the desktop in a recommendation's id", () => {
  expect(desktopOf("463059201100-ws-kcqzxtjbj-running_mode")).toBe("ws-kcqzxtjbj");
  expect(desktopOf("nonsense")).toBeUndefined();
});

it("makes one plan for each client and counts no price as none", () => {
  const groups = byOrganization([row("b", "ws-1", 10), row("a", "ws-2", null), row("b", "ws-3", 5.5)]);
  expect(groups.map((one) => [one.id, one.rows.length, savingOf(one.rows)])).toEqual([
    ["a", 1, undefined],
    ["b", 2, 15.5],
  ]);
  expect(repeated([row("a", "ws-1", 1), row("a", "ws-1", 2), row("a", "ws-2", 3)])).toEqual(["ws-1"]);
});

it("says what the advice would have cost against AWS's rule and doing nothing", () => {
  const total = { best: 29982.9, ours: 30278.24, aws: 30888.36, nothing: 41459.06 };
  const words = backtestWords({ months: [{}, {}], total, left_out: 0 } as unknown as Backtest);
  expect(words).toBe(
    "Over 2 closed months this advice would have cost $295 more than the best possible, AWS's rule $905 and doing nothing $11,476. " +
      "That is $610 less than AWS's rule and $11,181 less than doing nothing.",
  );
});
