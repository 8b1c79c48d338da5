import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { Plan, PlanItem } from "../../api/types";
import { openPage, playServer, refuse } from "../../testPage";
import { PlanPage } from "./PlanPage";

const plan = (more: Partial<Plan>): Plan => ({
  id: "p1",
  organization_id: "o1",
  organization_name: "Acme",
  title: "Old desktops",
  state: "approved",
  created_by: "bob",
  created_at: "2026-11-25T00:00:00Z",
  expires_at: "2099-01-01T00:00:00Z",
  approvals_needed: 2,
  approvals: [],
  items: 2,
  items_verified: 0,
  items_failed: 0,
  items_skipped: 0,
  saving: 30,
  ...more,
});

const item = (more: Partial<PlanItem>): PlanItem => ({
  position: 1,
  account_id: "1",
  region: "eu-west-1",
  workspace_id: "ws-a",
  user_name: "ada",
  change: { verb: "terminate" },
  before: { state: "STOPPED", running_mode: "AUTO_STOP", auto_stop_timeout_minutes: 60, compute_type: "VALUE", tags: {} },
  saving: 30,
  state: "planned",
  ...more,
});

const ITEMS = [item({}), item({ position: 2, workspace_id: "ws-b", user_name: "bob", saving: null, change: { verb: "running_mode", running_mode: "ALWAYS_ON" } })];

it("shows what is and what will be, and what has no price", async () => {
  playServer(({ path }) => (path.endsWith("/plans/p1") ? { plan: plan({}), items: ITEMS } : undefined));
  openPage("/plans/$planId", PlanPage, "/plans/p1");
  const table = await screen.findByRole("table", { name: "Desktops of the plan" });
  expect(within(table).getByText("Auto stop after 60 minutes")).toBeTruthy();
  expect(within(table).getByText("Always on")).toBeTruthy();
  expect(within(table).getByText("no price")).toBeTruthy();
  expect(screen.getByText("1 of 2 desktops lose data by it")).toBeTruthy();
});

it("applies only after the number of desktops was typed, and shows a refusal as it came", async () => {
  const asked = playServer(({ path, method }) => {
    if (method === "POST") return refuse(409, "write_role_missing", "The account has no role for changes", "Account 1 has no write role.");
    return path.endsWith("/plans/p1") ? { plan: plan({}), items: ITEMS } : undefined;
  });
  openPage("/plans/$planId", PlanPage, "/plans/p1");
  await userEvent.click(await screen.findByRole("button", { name: "Apply" }));
  const dialog = await screen.findByRole("dialog", { name: "Apply this plan?" });
  const go = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Apply now" });
  expect(go.disabled).toBe(true);
  await userEvent.type(within(dialog).getByLabelText("Type 1 to confirm"), "1");
  await userEvent.click(go);
  const alert = await within(dialog).findByRole("alert");
  expect(alert.textContent).toContain("Account 1 has no write role.");
  expect(within(alert).getByRole("link", { name: "Accounts and their role templates" })).toBeTruthy();
  expect(asked.find((one) => one.method === "POST")?.path).toBe("/api/v1/plans/p1/apply");
});

it("shows AWS's words and request id beside a desktop that failed", async () => {
  const failed = item({ state: "failed", error_code: "OperationNotSupportedException", error_message: "Once in 12 hours.", request_id: "req-9" });
  const state = plan({ state: "partly_applied", items_failed: 1, items_verified: 1 });
  playServer(({ path }) => (path.endsWith("/plans/p1") ? { plan: state, items: [failed, { ...ITEMS[1], state: "verified" }] } : undefined));
  openPage("/plans/$planId", PlanPage, "/plans/p1");
  expect(await screen.findByText("OperationNotSupportedException")).toBeTruthy();
  expect(screen.getByText("req-9")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Revert" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Apply" })).toBeNull();
});

it("lets nobody approve twice", async () => {
  const state = plan({ state: "draft", approvals: [{ approver: "ada", at: "2026-11-25T00:00:00Z" }] });
  playServer(({ path }) => (path.endsWith("/plans/p1") ? { plan: state, items: ITEMS } : undefined));
  openPage("/plans/$planId", PlanPage, "/plans/p1");
  expect((await screen.findByRole<HTMLButtonElement>("button", { name: "You approved it" })).disabled).toBe(true);
  expect(screen.getByText("Approved by ada; 1 more person needed")).toBeTruthy();
});
