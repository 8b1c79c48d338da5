import { expect, it } from "vitest";
import type { Plan, PlanItem } from "../../api/types";
import { approvalWords, endangered, endedItems, progressWords, verbsOf } from "./standing";

const plan = (more: Partial<Plan>) =>
  ({ state: "draft", approvals_needed: 2, approvals: [], items: 4, items_verified: 2, items_failed: 1, items_skipped: 0, ...more }) as Plan;
const item = (verb: string, state: string, workspace_id = "ws-1") =>
  ({ account_id: "1", region: "r", workspace_id, change: { verb }, state }) as unknown as PlanItem;

it("offers what the state allows, and a revert only of what can be undone", () => {
  expect(verbsOf(plan({}), [])).toEqual(["cancel", "approve"]);
  expect(verbsOf(plan({ state: "stopped" }), [])).toEqual(["cancel", "apply"]);
  expect(verbsOf(plan({ state: "applying" }), [])).toEqual(["stop"]);
  expect(verbsOf(plan({ state: "applied" }), [item("terminate", "verified")])).toEqual([]);
  expect(verbsOf(plan({ state: "partly_applied" }), [item("running_mode", "failed"), item("tags", "verified")])).toEqual(["revert"]);
  expect(verbsOf(plan({ state: "expired" }), [])).toEqual([]);
});

it("counts the desktops that still lose data", () => {
  const items = [item("terminate", "planned"), item("rebuild", "planned", "ws-2"), item("rebuild", "verified", "ws-3"), item("reboot", "planned", "ws-4")];
  expect(endangered(items)).toBe(2);
});

it("says how far it is and who has to approve it", () => {
  expect(progressWords(plan({}))).toBe("2 of 4 done, 1 failed");
  expect(endedItems(plan({}))).toBe(3);
  expect(approvalWords(plan({}))).toBe("2 people needed");
  const ada = { approver: "ada", at: "2026-11-25T00:00:00Z" };
  expect(approvalWords(plan({ approvals: [ada] }))).toBe("Approved by ada; 1 more person needed");
  expect(approvalWords(plan({ state: "applied", approvals: [ada, { ...ada, approver: "bob" }] }))).toBe("Approved by ada and bob");
});
